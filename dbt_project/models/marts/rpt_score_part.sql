with final as (
    select
        directive_code, bloc_code, unit_key, unit_code, period_start, method, indicator_code, weight,
        cast(cast(micropoints as decimal(12, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(12, 6)) as points,
        reason, status, is_met, numerator, denominator, target_numerator, target_denominator, baseline_period, baseline_numerator,
        baseline_denominator
    from {{ ref('int_score_part') }}
)

select * from final
