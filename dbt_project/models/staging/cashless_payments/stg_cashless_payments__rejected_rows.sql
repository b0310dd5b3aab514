{{ config(materialized="ephemeral") }}
-- Rows that name a place the resolver does not know, and summaries with an impossible total.
with broken as (
    select 'health_receipts' as dataset, delivery_id, row_number, broken_rule, unit_rule, ma_xa, candidates, cast(null as bigint) as sl_kdtm
    from {{ ref('base_cashless_payments__health_receipts') }}
    where broken_rule is not null
    union all
    select 'school_receipts' as dataset, delivery_id, row_number, broken_rule, unit_rule, ma_xa, candidates, cast(null as bigint) as sl_kdtm
    from {{ ref('base_cashless_payments__school_receipts') }}
    where broken_rule is not null
    union all
    select 'monthly_summary' as dataset, delivery_id, row_number, broken_rule, unit_rule, ma_xa, candidates, sl_kdtm
    from {{ ref('base_cashless_payments__monthly_summary') }}
    where broken_rule is not null
),

final as (
    select
        delivery_id,
        'cashless_payments' as source_code,
        dataset,
        row_number,
        broken_rule as rule,
        case when broken_rule = unit_rule then 'ma_xa' else 'sl_kdtm' end as column_name,
        case when broken_rule = unit_rule then ma_xa else cast(sl_kdtm as varchar) end as text,
        case when broken_rule = unit_rule then candidates end as candidates
    from broken
)

select * from final
