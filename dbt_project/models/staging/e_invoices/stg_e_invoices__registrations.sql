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
    where landed.is_read and not exists (
            select 1
            from {{ ref('stg_deliveries') }} as newer
            where newer.source_code = 'e_invoices' and newer.dataset = 'registrations' and newer.outcome <> 'refused'
                and newer.part = landed.part and cast(landed.ngay as date) between newer.window_start and newer.window_end
                and (newer.received_at > landed.received_at or (newer.received_at = landed.received_at and newer.delivery_id > landed.delivery_id))
        )
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
