with final as (
    select
        directive_code,
        indicator_code,
        definition,
        unit_key,
        unit_code,
        period_start,
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator,
        value,
        cast(target_numerator as bigint) as target_numerator,
        cast(target_denominator as bigint) as target_denominator,
        target_source,
        comparator,
        is_met,
        margin,
        status,
        held_reason,
        cast(last_good_value as double) as last_good_value,
        above_denominator,
        data_maturity
    from {{ ref('int_indicator_value') }}
)

select * from final
