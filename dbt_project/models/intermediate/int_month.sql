-- The months of all directives, each once, with the day since which the codes of units mean what they mean at its end.
with month as (
    select distinct period_start, period_end
    from {{ ref('int_period') }}
),

final as (
    select month.period_start, month.period_end, generation.codes_from
    from month
    {{ generation_on('generation', 'month.period_end') }}
)

select * from final
