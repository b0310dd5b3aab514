-- Attendance at courses: a row counts unless a newer delivery covers the course's last day; the same member in one course is one row.
with landed as (
    {{ landed_rows('vocational_training', 'trainings', ['ma_cs_gdnn', 'ma_nv', 'ma_lop'], {
        'ngay_ket_thuc': 'date', 'chung_nhan': 'boolean',
    }) }}
),

standing as (
    select landed.*
    from landed
    where landed.is_read and not {{ covered_by_newer_delivery('vocational_training', 'trainings', 'landed', 'landed.ngay_ket_thuc') }}
),

final as (
    select
        ma_cs_gdnn as institution_code,
        ma_nv as staff_hash,
        ma_lop as course_code,
        ngay_ket_thuc as finished_date,
        coalesce(chung_nhan, false) as has_certificate,
        delivery_id,
        row_number
    from standing
    qualify row_number() over (
            partition by ma_cs_gdnn, ma_nv, ma_lop
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
