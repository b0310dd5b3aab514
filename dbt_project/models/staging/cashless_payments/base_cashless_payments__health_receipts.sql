-- Every accepted receipt of a health facility, corrected, with its place; `broken_rule` says why a row is rejected.
with landed as (
    {{ landed_rows('cashless_payments', 'health_receipts', ['don_vi', 'so_bien_lai', 'ngay_thu'], {
        'ma_xa': 'varchar', 'loai_khoan': 'varchar', 'hinh_thuc': 'varchar', 'so_tien': 'bigint', 'nguon': 'varchar', 'trang_thai': 'varchar',
        't_bntt': 'bigint', 't_bncct': 'bigint', 't_bhtt': 'bigint',
    }) }}
),

placed as (
    select
        landed.*,
        {{ unit_on_dates('resolution', ['landed.ngay_thu']) }}
    from landed
    {{ resolved_unit('resolution', 'cashless_payments', 'health_receipts', 'ma_xa', code='ma_xa') }}
),

final as (
    select
        *,
        case when ma_xa is not null then unit_rule end as broken_rule
    from placed
)

select * from final
