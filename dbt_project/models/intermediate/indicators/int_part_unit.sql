-- Which units a sender's data reach, by tier: a unit is reached when the part covers an office of that tier in the unit's subtree.
-- A part that is no unit ("-", an operator of the whole province) reaches every unit.
with tier_unit as (
    select period_start, unit_code, ancestor_code, unit_level as tier
    from {{ ref('int_unit_ancestor') }}
    union all
    select period_start, unit_code, ancestor_code, 'place' as tier
    from {{ ref('int_unit_ancestor') }}
    where unit_level in ('province', 'district', 'commune')
),

part as (
    select distinct part
    from {{ source('definitions', 'expected_parts') }}
),

final as (
    select distinct reached.period_start, part.part, reached.tier, reached.ancestor_code as unit_code
    from part
    inner join {{ ref('int_unit_ancestor') }} as within on part.part = within.ancestor_code
    inner join tier_unit as reached on within.period_start = reached.period_start and within.unit_code = reached.unit_code
    union all
    select distinct tier_unit.period_start, province.part, tier_unit.tier, tier_unit.ancestor_code as unit_code
    from (
        select '-' as part
        union
        select part from part
        where part not in (select unit_code from {{ ref('int_unit') }})
    ) as province
    cross join tier_unit
)

select * from final
