-- The values of the directive's own year.
with final as (
    select judged.*
    from {{ ref('int_indicator_judged') }} as judged
    inner join {{ ref('int_period') }} as period
        on judged.directive_code = period.directive_code and judged.period_start = period.period_start and period.is_measured
)

select * from final
