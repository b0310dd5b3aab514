-- Units of a bloc in order of their score: the mean of the points of the indicators that count, by weight. Below the least coverage a unit has
-- a score and no rank.
with summed as (
    select
        directive_code, bloc_code, unit_key, unit_code, period_start, method,
        sum(weight) as weight_all,
        coalesce(sum(weight) filter (where reason is null), 0) as weight_counted,
        sum(cast(weight as hugeint) * micropoints) filter (where reason is null) as weighed_micropoints,
        count(*) filter (where reason is null and is_met) as indicators_met,
        count(*) filter (where reason is null) as indicators_measured,
        min(coverage_numerator) as coverage_numerator,
        min(coverage_denominator) as coverage_denominator,
        bool_and(ties_by_indicators_met) as ties_by_indicators_met
    from {{ ref('int_score_part') }}
    group by directive_code, bloc_code, unit_key, unit_code, period_start, method
),

scored as (
    select
        *,
        cast(weighed_micropoints // nullif(weight_counted, 0) as bigint) as micropoints,
        weight_counted > 0 and weight_counted * coverage_denominator >= coverage_numerator * weight_all as is_ranked
    from summed
),

final as (
    select
        directive_code,
        bloc_code,
        unit_key,
        unit_code,
        period_start,
        method,
        cast(cast(micropoints as decimal(12, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(12, 6)) as score,
        case
            when is_ranked
                then cast(
                        rank() over (
                            partition by directive_code, bloc_code, period_start, method, is_ranked
                            order by micropoints desc, case when ties_by_indicators_met then indicators_met end desc
                        ) as bigint
                    )
        end as rank,
        cast(indicators_met as bigint) as indicators_met,
        cast(indicators_measured as bigint) as indicators_measured,
        cast(weight_counted as bigint) as weight_counted,
        cast(weight_all as bigint) as weight_all
    from scored
)

select * from final
