-- Messages and notices: a row counts unless a newer delivery of its part covers its date; the same message twice is one.
with landed as (
    {{ landed_rows('e_invoices', 'registrations', ['mst', 'loai_thong_diep', 'ngay'], {
        'hinh_thuc': 'bigint', 'so_thong_bao': 'varchar', 'trang_thai_xac_nhan': 'bigint', 'truong_hop_tiep_nhan': 'bigint',
        'ma_co_quan_thue': 'varchar',
    }) }}
),

standing as (
    select landed.*
    from landed
    where landed.is_read and not {{ covered_by_newer_delivery('e_invoices', 'registrations', 'landed', 'cast(landed.ngay as date)') }}
),

final as (
    select
        mst,
        loai_thong_diep,
        cast(ngay as date) as message_date,
        trang_thai_xac_nhan,
        delivery_id,
        row_number
    from standing
    qualify row_number() over (
            partition by mst, loai_thong_diep, ngay, coalesce(trang_thai_xac_nhan, -1)
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
