-- The receipts of a health facility that stand: a row counts unless a newer delivery covers its day; the same receipt twice is one. A refund may
-- carry the number and day of the receipt it pays back, so it is no repetition of it.
with standing as (
    select received.*, received.so_tien < 0 or received.loai_khoan = 'hoan' as is_refund
    from {{ ref('base_cashless_payments__health_receipts') }} as received
    where received.is_read and received.broken_rule is null and not exists (
            select 1
            from {{ ref('stg_deliveries') }} as newer
            where newer.source_code = 'cashless_payments' and newer.dataset = 'health_receipts' and newer.outcome <> 'refused'
                and newer.part = received.part and received.ngay_thu between newer.window_start and newer.window_end
                and (newer.received_at > received.received_at or (newer.received_at = received.received_at and newer.delivery_id > received.delivery_id))
        )
),

final as (
    select
        received.don_vi as collector_code,
        received.unit_code,
        received.so_bien_lai,
        received.ngay_thu,
        received.loai_khoan,
        coalesce(received.hinh_thuc in ('CK', 'POS', 'QR', 'VI', 'THE_KCB'), false) as is_cashless,
        received.so_tien,
        received.nguon,
        received.trang_thai,
        received.is_refund,
        received.t_bntt,
        received.t_bncct,
        received.t_bhtt,
        received.delivery_id,
        received.row_number
    from standing as received
    qualify row_number() over (
            partition by received.don_vi, received.so_bien_lai, received.ngay_thu, received.is_refund
            order by received.received_at desc, received.delivery_id desc, received.row_number desc
        ) = 1
)

select * from final
