-- Months each directive is counted in, up to as_of: its own year (measured) and the year before it (baselines only).
with month as (
    select
        directive.directive_code,
        directive.year as directive_year,
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
        year(month.period_start) = month.directive_year as is_measured
    from month
    cross join {{ source('definitions', 'as_of') }} as moment
    where cast(month.period_start as timestamp) <= moment.as_of
)

select * from final
