with indicator_value as (
    select indicator_value.*, indicator.is_headline
    from {{ ref('int_indicator_value') }} as indicator_value
    inner join {{ ref('int_indicator') }} as indicator
        on indicator_value.directive_code = indicator.directive_code and indicator_value.indicator_code = indicator.indicator_code
            and indicator_value.definition = indicator.definition
),

final as (
    select
        variant.directive_code,
        variant.indicator_code,
        variant.definition,
        variant.unit_key,
        variant.unit_code,
        variant.period_start,
        variant.status,
        variant.value,
        variant.is_met,
        headline.definition as headline_definition,
        headline.status as headline_status,
        headline.value as headline_value,
        headline.is_met as headline_is_met,
        case when variant.is_met is not null and headline.is_met is not null then variant.is_met <> headline.is_met end as is_verdict_changed
    from indicator_value as variant
    inner join indicator_value as headline
        on variant.directive_code = headline.directive_code and variant.indicator_code = headline.indicator_code
            and variant.unit_key = headline.unit_key and variant.period_start = headline.period_start and headline.is_headline
    where not variant.is_headline
)

select * from final
