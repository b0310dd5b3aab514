with final as (
    select
        directive_code,
        period_start,
        period_end,
        cast(calendar_year as bigint) as year,
        cast(month_of_year as bigint) as month_of_year,
        is_measured
    from {{ ref('int_period') }}
)

select * from final
