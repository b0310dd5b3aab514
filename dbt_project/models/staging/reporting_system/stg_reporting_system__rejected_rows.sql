-- Rows whose unit does not resolve, and rows that neither their period nor their deadline places in a month (month 13, quarter V).
with unplaced as (
    select
        delivery_id,
        'reporting_system' as source_code,
        'reports' as dataset,
        row_number,
        'period_unreadable' as rule,
        'ky_bao_cao' as column_name,
        ky_bao_cao as text,
        cast(null as varchar) as candidates
    from {{ ref('base_reporting_system__reports') }}
    where unit_code is not null and period_month is null
),

final as (
    {{ rejected_rows('reporting_system', 'reports', 'don_vi_bao_cao', rule='unit_rule') }}
    union all
    select * from unplaced
)

select * from final
