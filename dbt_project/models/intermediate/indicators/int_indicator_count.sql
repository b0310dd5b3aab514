-- Numerator and denominator of every value: the sum over the indicator's tiers, from its start, the denominator moved by its shift.
with spine as (
    select
        spine.directive_code, spine.indicator_code, spine.definition, spine.unit_code, spine.period_start,
        indicator.tiers, indicator.starts, indicator.numerator_measure, indicator.denominator_measure,
        coalesce(indicator.denominator_shift_months, 0) as denominator_shift_months
    from {{ ref('int_spine') }} as spine
    inner join {{ source('definitions', 'indicators') }} as indicator
        on spine.directive_code = indicator.directive_code and spine.indicator_code = indicator.indicator_code
            and spine.definition = indicator.definition
    where spine.is_implemented and not spine.is_before_start
),

side as (
    select
        directive_code, indicator_code, definition, unit_code, period_start, 'numerator' as side, numerator_measure as measure_code,
        unnest(tiers) as tier, period_start as value_month, {{ month_start('starts') }} as start_month
    from spine
    union all
    select
        directive_code, indicator_code, definition, unit_code, period_start, 'denominator' as side, denominator_measure as measure_code,
        unnest(tiers) as tier, {{ add_months('period_start', 'denominator_shift_months') }} as value_month,
        {{ add_months(month_start('starts'), 'denominator_shift_months') }} as start_month
    from spine
),

-- A flow restarts on 1 January; of an indicator that starts later in the year, what came before its first month is taken off again.
-- The month to take off is a column of its own, so that both joins are plain equalities.
dated as (
    select
        side.*,
        case
            when measure.accumulation = 'flow' and year(side.start_month) = year(side.value_month) and month(side.start_month) > 1
                then {{ add_months('side.start_month', -1) }}
        end as month_before_start
    from side
    inner join {{ source('definitions', 'measures') }} as measure on side.measure_code = measure.measure_code
),

counted as (
    select
        dated.*,
        coalesce(reached.value_to_date, 0) - coalesce(before_start.value_to_date, 0) as quantity
    from dated
    left join {{ ref('int_measure_value') }} as reached
        on dated.measure_code = reached.measure_code and dated.tier = reached.tier and dated.unit_code = reached.unit_code
            and dated.value_month = reached.period_start
    left join {{ ref('int_measure_value') }} as before_start
        on dated.measure_code = before_start.measure_code and dated.tier = before_start.tier and dated.unit_code = before_start.unit_code
            and dated.month_before_start = before_start.period_start
),

final as (
    select
        directive_code,
        indicator_code,
        definition,
        unit_code,
        period_start,
        cast(sum(case when side = 'numerator' then quantity else 0 end) as bigint) as numerator,
        cast(sum(case when side = 'denominator' then quantity else 0 end) as bigint) as denominator
    from counted
    group by directive_code, indicator_code, definition, unit_code, period_start
)

select * from final
