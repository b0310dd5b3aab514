-- Where each unit started from: its December of the year before, else its first final month of the year.
with candidate as (
    select judged.*, period.is_baseline
    from {{ ref('int_indicator_judged') }} as judged
    inner join {{ ref('int_period') }} as period
        on judged.directive_code = period.directive_code and judged.period_start = period.period_start
    where judged.status = 'computed' and (period.is_baseline or judged.data_maturity = 'final')
),

final as (
    select directive_code, indicator_code, definition, unit_key, period_start, numerator, denominator
    from candidate
    qualify row_number() over (
            partition by directive_code, indicator_code, definition, unit_key
            order by period_start asc
        ) = 1
)

select * from final
