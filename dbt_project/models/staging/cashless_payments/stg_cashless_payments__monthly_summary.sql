-- The monthly summaries that stand, one of a unit and month, in đồng. A code of five digits is a health facility's, else a school's.
with standing as (
    select summary.*
    from {{ ref('base_cashless_payments__monthly_summary') }} as summary
    where summary.is_read and summary.broken_rule is null and not {{ covered_by_newer_delivery('cashless_payments', 'monthly_summary', 'summary', 'summary.thang') }}
),

final as (
    select
        don_vi as collector_code,
        case when length(don_vi) = 5 then 'health' else 'school' end as sector,
        unit_code,
        {{ month_start('thang') }} as month_date,
        sl_giao_dich,
        sl_kdtm,
        gt_giao_dich,
        gt_kdtm,
        delivery_id,
        row_number
    from standing
    qualify row_number() over (
            partition by don_vi, {{ month_start('thang') }}
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
