with final as (
    select
        directive_code,
        indicator_code,
        definition,
        unit_key,
        unit_code,
        period_start,
        new_as_of,
        old_as_of,
        cast(old_numerator as bigint) as old_numerator,
        cast(new_numerator as bigint) as new_numerator,
        cast(old_denominator as bigint) as old_denominator,
        cast(new_denominator as bigint) as new_denominator,
        old_value,
        new_value,
        old_status,
        new_status,
        old_is_met,
        new_is_met,
        reason,
        cast(deliveries as bigint) as deliveries
    from {{ ref('int_indicator_revision') }}
)

select * from final
