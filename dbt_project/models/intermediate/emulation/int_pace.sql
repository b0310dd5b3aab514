-- How far each headline value has come, month by month: attainment, the way made since the baseline beside the plan, what each remaining month
-- needs, and what 31 December would bring. Null where a figure means nothing: a ratio of flows does not grow with the year, so it has no pace.
with headline as (
    select
        indicator.directive_code, indicator.indicator_code, indicator.definition, indicator.value_kind, measure.accumulation,
        indicator.denominator_shift_months is not null as is_year_on_year,
        case when year(indicator.starts) = directive.year then month(indicator.starts) else 1 end as first_month
    from {{ ref('int_indicator') }} as indicator
    inner join {{ source('definitions', 'measures') }} as measure on indicator.numerator_measure = measure.measure_code
    inner join {{ source('definitions', 'directive') }} as directive on indicator.directive_code = directive.directive_code
    where indicator.is_headline
),

judged as (
    select
        indicator_value.directive_code, indicator_value.indicator_code, indicator_value.definition, indicator_value.unit_key,
        indicator_value.unit_code, indicator_value.period_start, indicator_value.status, indicator_value.numerator, indicator_value.denominator,
        indicator_value.value, indicator_value.target_numerator, indicator_value.target_denominator, indicator_value.comparator,
        indicator_value.is_met,
        headline.value_kind, headline.accumulation, headline.is_year_on_year, headline.first_month,
        month(indicator_value.period_start) as month_of_year,
        12 - month(indicator_value.period_start) as remaining_months,
        indicator_value.status = 'computed' and indicator_value.target_numerator is not null as is_judged,
        cast(indicator_value.target_numerator as double) / cast(indicator_value.target_denominator as double) as target
    from {{ ref('int_indicator_value') }} as indicator_value
    inner join headline
        on indicator_value.directive_code = headline.directive_code and indicator_value.indicator_code = headline.indicator_code
            and indicator_value.definition = headline.definition
),

-- What the trend looks back on: computed months of the year, and the baseline before it.
known as (
    select directive_code, indicator_code, unit_key, period_start, numerator, denominator
    from judged
    where status = 'computed'
    union
    select baseline.directive_code, baseline.indicator_code, baseline.unit_key, baseline.period_start, baseline.numerator, baseline.denominator
    from {{ ref('int_indicator_baseline') }} as baseline
    inner join headline
        on baseline.directive_code = headline.directive_code and baseline.indicator_code = headline.indicator_code
            and baseline.definition = headline.definition
),

placed as (
    select
        judged.*,
        baseline.period_start as baseline_period,
        baseline.numerator as baseline_numerator,
        baseline.denominator as baseline_denominator,
        earlier.numerator as earlier_numerator,
        earlier.denominator as earlier_denominator,
        -- A flow counts from zero each January: without an earlier month, all it has came since its first one.
        case
            when earlier.period_start is not null and year(earlier.period_start) = year(judged.period_start) then rules.trend_months
            else judged.month_of_year - judged.first_month + 1
        end as flow_months,
        case when year(earlier.period_start) = year(judged.period_start) then earlier.numerator else 0 end as flow_earlier_numerator,
        case when year(earlier.period_start) = year(judged.period_start) then earlier.denominator else 0 end as flow_earlier_denominator,
        rules.trend_months, rules.falling_back_numerator, rules.falling_back_denominator, rules.limited_numerator, rules.limited_denominator,
        plan.share_numerator as plan_numerator, plan.share_denominator as plan_denominator
    from judged
    inner join {{ source('definitions', 'scoring') }} as rules on judged.directive_code = rules.directive_code
    inner join {{ source('definitions', 'pace_plan') }} as plan
        on judged.directive_code = plan.directive_code and judged.month_of_year = plan.month_of_year
    left join {{ ref('int_indicator_baseline') }} as baseline
        on judged.directive_code = baseline.directive_code and judged.indicator_code = baseline.indicator_code
            and judged.definition = baseline.definition and judged.unit_key = baseline.unit_key
    left join known as earlier
        on judged.directive_code = earlier.directive_code and judged.indicator_code = earlier.indicator_code
            and judged.unit_key = earlier.unit_key
            and earlier.period_start = {{ add_months('judged.period_start', '-rules.trend_months') }}
),

-- Every figure below is one division of whole numbers, so that what equals its target is not a hair below it.
whole as (
    select
        * exclude (
            numerator, denominator, target_numerator, target_denominator, baseline_numerator, baseline_denominator, earlier_numerator,
            earlier_denominator
        ),
        cast(numerator as hugeint) as numerator,
        cast(denominator as hugeint) as denominator,
        cast(target_numerator as hugeint) as target_numerator,
        cast(target_denominator as hugeint) as target_denominator,
        cast(baseline_numerator as hugeint) as baseline_numerator,
        cast(baseline_denominator as hugeint) as baseline_denominator,
        cast(earlier_numerator as hugeint) as earlier_numerator,
        cast(earlier_denominator as hugeint) as earlier_denominator,
        -- What comes until December if it goes on as in the last months, times the number of those months.
        (cast(numerator as hugeint) - flow_earlier_numerator) * remaining_months as numerator_to_come,
        (cast(denominator as hugeint) - flow_earlier_denominator) * remaining_months as denominator_to_come
    from placed
),

-- The way from the baseline to the target; a unit that was there already has none to make.
way as (
    select
        *,
        case
            when is_judged and accumulation = 'stock' and not is_year_on_year
                then nullif(greatest(target_numerator * baseline_denominator - baseline_numerator * target_denominator, 0), 0)
        end as whole_way,
        numerator * baseline_denominator - baseline_numerator * denominator as way_behind
    from whole
),

measured as (
    select
        *,
        case when is_judged then cast(numerator * target_denominator as double) / cast(denominator * target_numerator as double) end as attainment,
        cast(way_behind * target_denominator as double) / cast(whole_way * denominator as double) as way_made,
        cast(way_behind * target_denominator * plan_denominator as double)
        / nullif(cast(whole_way * denominator * plan_numerator as double), 0) as pace,
        case
            when whole_way is not null
                then cast(baseline_numerator * target_denominator * plan_denominator + whole_way * plan_numerator as double)
                    / cast(baseline_denominator * target_denominator * plan_denominator as double)
        end as plan_to_date,
        case
            when status <> 'computed' then 'not_available'
            when remaining_months = 0 then 'actual'
            when is_year_on_year then 'value_continues'
            when accumulation = 'flow' and denominator_to_come > 0 then 'run_rate'
            when accumulation = 'flow' then 'value_continues'
            when earlier_denominator is not null then 'trend'
            else 'too_few_months'
        end as method,
        case
            when not is_judged or is_met or remaining_months = 0 or is_year_on_year then null
            when accumulation <> 'flow' then 'points_a_month'
            when denominator_to_come > 0 then 'share_of_what_comes'
        end as needed_unit
    from way
),

forecasted as (
    select
        *,
        case
            when method in ('actual', 'value_continues') then value
            when method = 'run_rate'
                then cast(numerator * flow_months + numerator_to_come as double) / cast(denominator * flow_months + denominator_to_come as double)
            when method = 'trend'
                then greatest(
                        0,
                        least(
                            cast(
                                numerator * earlier_denominator * trend_months
                                + (numerator * earlier_denominator - earlier_numerator * denominator) * remaining_months as double
                            ) / cast(denominator * earlier_denominator * trend_months as double),
                            case when value_kind = 'ratio' then greatest(1, value) end
                        )
                    )
        end as forecast,
        case
            when needed_unit = 'points_a_month'
                then cast(target_numerator * denominator - numerator * target_denominator as double)
                    / cast(target_denominator * denominator * remaining_months as double)
            when needed_unit = 'share_of_what_comes'
                then cast(
                        target_numerator * (denominator * flow_months + denominator_to_come)
                        - numerator * flow_months * target_denominator as double
                    ) / cast(target_denominator * denominator_to_come as double)
        end as needed_per_month
    from measured
),

banded as (
    select
        *,
        case
            when not is_judged then 'not_available'
            when is_met then 'achieved'
            when
                (earlier_numerator * denominator - numerator * earlier_denominator) * falling_back_denominator
                >= falling_back_numerator * denominator * earlier_denominator
                then 'falling_back'
            -- Once the year is over, nothing is on its way any more.
            when remaining_months > 0 and (forecast > target or (forecast = target and comparator = '>=') or pace >= 1) then 'on_track'
            when numerator * target_denominator * limited_denominator < limited_numerator * target_numerator * denominator then 'limited'
            else 'needs_acceleration'
        end as band
    from forecasted
),

final as (
    select
        banded.directive_code, banded.indicator_code, banded.definition, banded.unit_key, banded.unit_code, banded.period_start, banded.status,
        cast(banded.numerator as bigint) as numerator, cast(banded.denominator as bigint) as denominator, banded.value,
        cast(banded.target_numerator as bigint) as target_numerator, cast(banded.target_denominator as bigint) as target_denominator,
        banded.is_met, banded.baseline_period, cast(banded.baseline_numerator as bigint) as baseline_numerator,
        cast(banded.baseline_denominator as bigint) as baseline_denominator, banded.attainment, banded.way_made, banded.plan_to_date,
        banded.pace, banded.needed_per_month, banded.needed_unit, banded.forecast, banded.method, banded.band,
        bands.label_vi as band_label_vi, bands.label_en as band_label_en
    from banded
    left join {{ source('definitions', 'pace_bands') }} as bands on banded.directive_code = bands.directive_code and banded.band = bands.band
)

select * from final
