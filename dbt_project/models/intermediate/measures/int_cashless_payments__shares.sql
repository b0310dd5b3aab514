-- Each school's cashless share of the receipts since 1 January, at every month's end, in basis points: 10,000 times cashless over all,
-- rounded to the nearest whole number, halves up. Sums of them over 10,000 a school are the mean of the schools and stay whole numbers.
with school_year as (
    select
        month.period_end, paid.unit_code, paid.collector_code,
        cast(sum(paid.receipt_count) as bigint) as receipt_count,
        cast(sum(case when paid.is_cashless then paid.receipt_count else 0 end) as bigint) as cashless_count
    from {{ ref('int_cashless_payments__transactions') }} as paid
    inner join {{ ref('int_month') }} as month on paid.paid_date between greatest({{ year_start('month.period_end') }}, month.codes_from) and month.period_end
    where paid.sector = 'school' and paid.payer = 'nguoi_dan'
    group by month.period_end, paid.unit_code, paid.collector_code
),

final as (
    select
        period_end, unit_code, collector_code,
        cast(10000 as bigint) as whole,
        (20000 * cashless_count + receipt_count) // (2 * receipt_count) as cashless
    from school_year
    where receipt_count > 0
)

select * from final
