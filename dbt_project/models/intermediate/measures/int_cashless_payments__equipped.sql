-- Which units had a cashless method installed at each month's end, and which took a cashless payment since 1 January: from people, an
-- advance too; what the treasury or the insurance fund transfers is no use of a method.
with month_method as (
    select month.period_end, methods.collector_code
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_cashless_payments__methods') }} as methods on month.part = methods.part and month.as_at = methods.as_at
    where month.source_code = 'cashless_payments' and month.dataset = 'methods'
        and methods.installed_date <= methods.as_at and (methods.removed_date is null or methods.removed_date > methods.as_at)
),

month_use as (
    select month.period_end, paid.collector_code
    from {{ ref('int_cashless_payments__transactions') }} as paid
    inner join {{ ref('int_month') }} as month on paid.paid_date between {{ year_start('month.period_end') }} and month.period_end
    where paid.is_cashless and paid.payer = 'nguoi_dan' and paid.receipt_count > 0
),

told as (
    select period_end, collector_code, true as is_installed, false as is_used
    from month_method
    union all
    select period_end, collector_code, false as is_installed, true as is_used
    from month_use
),

final as (
    select period_end, collector_code, bool_or(is_installed) as is_installed, bool_or(is_used) as is_used
    from told
    group by period_end, collector_code
)

select * from final
