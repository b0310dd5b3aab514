-- Each changed value with both sides and the reason: what came or was decided between the two releases.
with moment as (
    select as_of, parent_as_of
    from {{ source('definitions', 'as_of') }}
    where parent_as_of is not null
),

compared as (
    select
        new_value.directive_code, new_value.indicator_code, new_value.definition, new_value.unit_key, new_value.unit_code,
        new_value.period_start,
        old_value.numerator as old_numerator, new_value.numerator as new_numerator,
        old_value.denominator as old_denominator, new_value.denominator as new_denominator,
        old_value.value as old_value, new_value.value as new_value,
        old_value.status as old_status, new_value.status as new_status,
        old_value.is_met as old_is_met, new_value.is_met as new_is_met,
        (new_value.numerator is not distinct from old_value.numerator)
        and (new_value.denominator is not distinct from old_value.denominator) as is_same_count,
        moment.parent_as_of as old_as_of,
        moment.as_of as new_as_of
    from {{ ref('int_indicator_value') }} as new_value
    inner join {{ source('definitions', 'parent_indicator_value') }} as old_value
        on new_value.directive_code = old_value.directive_code and new_value.indicator_code = old_value.indicator_code
            and new_value.definition = old_value.definition and new_value.unit_key = old_value.unit_key
            and new_value.period_start = old_value.period_start
    cross join moment
    where new_value.numerator is distinct from old_value.numerator
        or new_value.denominator is distinct from old_value.denominator
        or new_value.status is distinct from old_value.status
        or new_value.is_met is distinct from old_value.is_met
),

delivery as (
    select directive_code, indicator_code, definition, unit_key, period_start, count(distinct delivery_id) as deliveries, bool_or(is_resent) as has_resent
    from {{ ref('int_indicator_revision_delivery') }}
    group by directive_code, indicator_code, definition, unit_key, period_start
),

corrected as (
    select distinct need.directive_code, need.indicator_code, need.definition
    from {{ ref('int_indicator_need') }} as need
    inner join {{ ref('stg_corrections') }} as correction
        on need.source_code = correction.source_code and need.dataset = correction.dataset
    inner join moment on correction.decided_at > moment.parent_as_of
),

-- A confirmation that names no definition is of all of them.
confirmed as (
    select distinct compared.directive_code, compared.indicator_code, compared.definition, compared.unit_key, compared.period_start
    from compared
    inner join {{ source('definitions', 'confirmations') }} as confirmation
        on compared.indicator_code = confirmation.indicator_code and compared.unit_code = confirmation.unit_code
            and compared.period_start = confirmation.period_start
            and compared.definition = coalesce(confirmation.definition, compared.definition)
    inner join moment
        on cast(confirmation.decided_at as timestamp) > moment.parent_as_of and cast(confirmation.decided_at as timestamp) <= moment.as_of
),

explained as (
    select
        compared.*,
        coalesce(delivery.deliveries, 0) as deliveries,
        case
            when compared.is_same_count and confirmed.indicator_code is not null then 'confirmation'
            when compared.is_same_count and compared.new_status = compared.old_status then 'definition'
            when delivery.has_resent then 'resent'
            when delivery.deliveries > 0 then 'late'
            when corrected.indicator_code is not null then 'correction'
            when confirmed.indicator_code is not null then 'confirmation'
            else 'code'
        end as reason
    from compared
    left join delivery
        on compared.directive_code = delivery.directive_code and compared.indicator_code = delivery.indicator_code
            and compared.definition = delivery.definition and compared.unit_key = delivery.unit_key
            and compared.period_start = delivery.period_start
    left join corrected
        on compared.directive_code = corrected.directive_code and compared.indicator_code = corrected.indicator_code
            and compared.definition = corrected.definition
    left join confirmed
        on compared.directive_code = confirmed.directive_code and compared.indicator_code = confirmed.indicator_code
            and compared.definition = confirmed.definition and compared.unit_key = confirmed.unit_key
            and compared.period_start = confirmed.period_start
),

final as (
    select
        directive_code, indicator_code, definition, unit_key, unit_code, period_start, new_as_of, old_as_of, old_numerator, new_numerator,
        old_denominator, new_denominator, old_value, new_value, old_status, new_status, old_is_met, new_is_met, reason, deliveries
    from explained
)

select * from final
