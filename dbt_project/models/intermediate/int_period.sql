-- Months each directive is counted in, up to as_of: its own year (measured) and the year before it, whose December is the baseline.
with month as (
    select
        directive.directive_code,
        directive.year as directive_year,
        directive.starts as directive_starts,
        cast(unnest(generate_series(make_date(directive.year - 1, 1, 1), make_date(directive.year, 12, 1), interval 1 month)) as date) as period_start
    from {{ source('definitions', 'directive') }} as directive
),

final as (
    select
        month.directive_code,
        month.period_start,
        {{ month_end('month.period_start') }} as period_end,
        year(month.period_start) as calendar_year,
        month(month.period_start) as month_of_year,
        month.directive_starts,
        year(month.period_start) = month.directive_year as is_measured,
        month.period_start = make_date(month.directive_year - 1, 12, 1) as is_baseline
    from month
    cross join {{ source('definitions', 'as_of') }} as moment
    where cast(month.period_start as timestamp) <= moment.as_of
)

select * from final
