-- Every accepted monthly summary in đồng, corrected, with its place; `broken_rule` says why a row is rejected.
with landed as (
    {{ landed_rows('cashless_payments', 'monthly_summary', ['don_vi', 'thang'], {
        'ma_xa': 'varchar', 'sl_giao_dich': 'bigint', 'sl_kdtm': 'bigint', 'gt_giao_dich': 'bigint', 'gt_kdtm': 'bigint',
    }) }}
),

placed as (
    select
        landed.*,
        {{ unit_on_dates('resolution', ['landed.thang']) }}
    from landed
    {{ resolved_unit('resolution', 'cashless_payments', 'monthly_summary', 'ma_xa', code='ma_xa') }}
),

final as (
    select
        *,
        case
            when ma_xa is not null and unit_rule is not null then unit_rule
            when least(sl_kdtm, gt_kdtm) < 0 then 'negative_total'
            when sl_kdtm > sl_giao_dich or gt_kdtm > gt_giao_dich then 'cashless_above_total'
        end as broken_rule
    from placed
)

select * from final
