-- Every accepted monthly summary in đồng, corrected, with its place; `broken_rule` says why a row is rejected.
with landed as (
    {{ landed_rows('cashless_payments', 'monthly_summary', ['don_vi', 'thang'], {
        'ma_xa': 'varchar', 'sl_giao_dich': 'bigint', 'sl_kdtm': 'bigint', 'gt_giao_dich': 'bigint', 'gt_kdtm': 'bigint',
    }) }}
),

resolution as (
    {{ unit_resolution('cashless_payments', 'monthly_summary', 'ma_xa') }}
),

final as (
    select
        landed.*,
        resolution.unit_code,
        resolution.candidates,
        case
            when landed.ma_xa is not null and resolution.unit_code is null then 'unit_unresolved'
            when least(landed.sl_kdtm, landed.gt_kdtm) < 0 then 'negative_total'
            when landed.sl_kdtm > landed.sl_giao_dich or landed.gt_kdtm > landed.gt_giao_dich then 'cashless_above_total'
        end as broken_rule
    from landed
    left join resolution
        on coalesce(landed.ma_xa, '') = resolution.code_text and resolution.name_text = '' and resolution.tier_text = ''
            and resolution.part = ''
)

select * from final
