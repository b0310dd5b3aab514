-- Published values that changed since the parent release, and the deliveries received since then that reach them.
with moment as (
    select as_of, parent_as_of
    from {{ source('definitions', 'as_of') }}
),

changed as (
    select new_value.directive_code, new_value.indicator_code, new_value.definition, new_value.unit_key, new_value.unit_code, new_value.period_start
    from {{ ref('int_indicator_value') }} as new_value
    inner join {{ source('definitions', 'parent_indicator_value') }} as old_value
        on new_value.directive_code = old_value.directive_code and new_value.indicator_code = old_value.indicator_code
            and new_value.definition = old_value.definition and new_value.unit_key = old_value.unit_key
            and new_value.period_start = old_value.period_start
    where new_value.numerator is distinct from old_value.numerator
        or new_value.denominator is distinct from old_value.denominator
        or new_value.status is distinct from old_value.status
        or new_value.is_met is distinct from old_value.is_met
),

arrived as (
    select delivery.*
    from {{ ref('stg_deliveries') }} as delivery
    cross join moment
    where delivery.received_at > moment.parent_as_of and delivery.outcome <> 'refused'
),

-- A delivery that takes the place of an earlier one is a resend; any other is late.
resent as (
    select distinct arrived.delivery_id
    from arrived
    inner join {{ ref('stg_deliveries') }} as earlier
        on arrived.source_code = earlier.source_code and arrived.dataset = earlier.dataset and arrived.part = earlier.part
            and earlier.outcome = 'superseded' and earlier.received_at <= arrived.received_at
            and earlier.delivery_id <> arrived.delivery_id and earlier.window_end >= arrived.window_start
            and earlier.window_start <= arrived.window_end
),

tier as (
    select directive_code, indicator_code, definition, unnest(tiers) as tier
    from {{ source('definitions', 'indicators') }}
),

need as (
    select directive_code, indicator_code, definition, period_start, source_code, dataset, min(first_month) as first_month, max(last_month) as last_month
    from {{ ref('int_indicator_need') }}
    group by directive_code, indicator_code, definition, period_start, source_code, dataset
),

yearly as (
    select distinct source_code, dataset
    from {{ source('definitions', 'expected_parts') }}
    where cadence = 'yearly'
),

final as (
    select distinct
        changed.directive_code,
        changed.indicator_code,
        changed.definition,
        changed.unit_key,
        changed.unit_code,
        changed.period_start,
        arrived.delivery_id,
        resent.delivery_id is not null as is_resent
    from changed
    inner join tier
        on changed.directive_code = tier.directive_code and changed.indicator_code = tier.indicator_code and changed.definition = tier.definition
    inner join need
        on changed.directive_code = need.directive_code and changed.indicator_code = need.indicator_code
            and changed.definition = need.definition and changed.period_start = need.period_start
    left join yearly on need.source_code = yearly.source_code and need.dataset = yearly.dataset
    inner join arrived
        on
            need.source_code = arrived.source_code and need.dataset = arrived.dataset
            and (arrived.kind = 'snapshot' or arrived.window_end >= need.first_month)
            -- A later extract of a register may bring earlier rows anew, and a yearly list is one figure for all its months.
            and arrived.window_start <= case
                when arrived.kind = 'register' or yearly.dataset is not null then make_date(year(need.last_month), 12, 31)
                else {{ month_end('need.last_month') }}
            end
    inner join {{ ref('int_part_unit') }} as part_unit
        on arrived.part = part_unit.part and tier.tier = part_unit.tier and changed.unit_code = part_unit.unit_code
            and changed.period_start = part_unit.period_start
    left join resent on arrived.delivery_id = resent.delivery_id
)

select * from final
