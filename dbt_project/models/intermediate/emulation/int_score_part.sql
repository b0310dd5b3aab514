-- What each indicator brings to a unit's score, by level and by progress since the baseline. Points are whole millionths, so that equal
-- counts give equal scores on every machine. `reason` says why an indicator does not count for a unit.
with weighed as (
    select
        pace.directive_code, weights.bloc_code, pace.unit_key, pace.unit_code, pace.period_start, pace.indicator_code, pace.status, pace.is_met,
        weights.weight, rules.cap_points, rules.minimum_denominator, rules.coverage_numerator, rules.coverage_denominator,
        rules.ties_by_indicators_met,
        pace.numerator, pace.denominator, pace.target_numerator, pace.target_denominator,
        pace.baseline_period, pace.baseline_numerator, pace.baseline_denominator
    from {{ ref('int_pace') }} as pace
    inner join {{ ref('int_unit') }} as unit on pace.directive_code = unit.directive_code and pace.unit_key = unit.unit_key
    inner join {{ source('definitions', 'scoring_weights') }} as weights
        on pace.directive_code = weights.directive_code and unit.bloc_code = weights.bloc_code and pace.indicator_code = weights.indicator_code
    inner join {{ source('definitions', 'scoring') }} as rules on pace.directive_code = rules.directive_code
    where pace.status <> 'not_applicable'
),

method as (
    select unnest(['level', 'progress']) as method
),

judged as (
    select
        weighed.*,
        method.method,
        case
            when weighed.status <> 'computed' then weighed.status
            when weighed.target_numerator is null then 'no_target'
            when weighed.denominator < weighed.minimum_denominator then 'denominator_too_small'
            when method.method = 'level' then null
            when weighed.baseline_numerator is null or weighed.baseline_period > weighed.period_start then 'no_baseline'
            when weighed.baseline_denominator < weighed.minimum_denominator then 'baseline_too_small'
        end as reason,
        -- Who was at the target already made the way before: what counts is to have stayed.
        method.method = 'level'
        or weighed.baseline_numerator * weighed.target_denominator >= weighed.target_numerator * weighed.baseline_denominator as is_by_level
    from weighed
    cross join method
),

measured as (
    select
        *,
        case
            when reason is not null then null
            when is_by_level
                then (cast(numerator as hugeint) * target_denominator * 100000000) // (cast(denominator as hugeint) * target_numerator)
            when cast(numerator as hugeint) * baseline_denominator <= cast(baseline_numerator as hugeint) * denominator then 0
            else
                (
                    (cast(numerator as hugeint) * baseline_denominator - cast(baseline_numerator as hugeint) * denominator)
                    * target_denominator * 100000000
                )
                // (
                    (
                        cast(target_numerator as hugeint) * baseline_denominator
                        - cast(baseline_numerator as hugeint) * target_denominator
                    ) * denominator
                )
        end as attained_micropoints
    from judged
),

final as (
    select
        directive_code, bloc_code, unit_key, unit_code, period_start, method, indicator_code, weight, reason, status, is_met,
        numerator, denominator, target_numerator, target_denominator, baseline_period, baseline_numerator, baseline_denominator,
        -- Up to the cap for exceeding; what does not meet its target (a strict one, reached exactly) is no more than 100 points; where one stood
        -- at the target before, staying there is 100 and no more.
        case
            when reason is null
                then cast(
                        least(
                            attained_micropoints,
                            case when is_met and not (method = 'progress' and is_by_level) then cap_points * 1000000 else 100000000 end
                        ) as bigint
                    )
        end as micropoints,
        coverage_numerator, coverage_denominator, ties_by_indicators_met
    from measured
)

select * from final
