-- Which units a sender's data reach, by tier: a unit is reached when the part covers an office of that tier in the unit's subtree.
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
    where part.part <> '-'
    union all
    select distinct period_start, '-' as part, tier, ancestor_code as unit_code
    from tier_unit
)

select * from final
