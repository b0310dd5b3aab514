with final as (
    select
        revision.directive_code,
        revision.indicator_code,
        revision.definition,
        revision.unit_key,
        revision.unit_code,
        revision.period_start,
        revision.new_as_of,
        delivery.delivery_id,
        delivery.is_resent
    from {{ ref('int_indicator_revision') }} as revision
    inner join {{ ref('int_indicator_revision_delivery') }} as delivery
        on revision.directive_code = delivery.directive_code and revision.indicator_code = delivery.indicator_code
            and revision.definition = delivery.definition and revision.unit_key = delivery.unit_key
            and revision.period_start = delivery.period_start
)

select * from final
