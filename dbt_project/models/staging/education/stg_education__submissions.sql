-- What every standing report says of a school, one row per part, closing date and code (the last line of a repeated code): the last day
-- on which its staff, classes and pupils were submitted. A day without a figure is a submission taken back; without a partner somebody
-- typed the data in.
with landed as (
    {{ landed_rows('education', 'submissions', ['ma_truong'], {
        'doi_tac': 'varchar', 'so_can_bo_da_nop': 'bigint', 'ngay_nop_can_bo': 'date', 'so_lop_da_nop': 'bigint', 'ngay_nop_lop': 'date',
        'so_hoc_sinh_da_nop': 'bigint', 'ngay_nop_hoc_sinh': 'date',
    }) }}
),

final as (
    select
        part,
        window_end as as_at,
        ma_truong,
        doi_tac as partner,
        case when so_can_bo_da_nop > 0 then ngay_nop_can_bo end as staff_sent_date,
        case when so_lop_da_nop > 0 then ngay_nop_lop end as classes_sent_date,
        case when so_hoc_sinh_da_nop > 0 then ngay_nop_hoc_sinh end as pupils_sent_date,
        delivery_id,
        row_number
    from landed
    where is_read
    qualify row_number() over (partition by part, window_end, ma_truong order by delivery_id desc, row_number desc) = 1
)

select * from final
