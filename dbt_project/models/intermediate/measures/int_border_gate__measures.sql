-- Enterprises that customs lists at a gate, and which of them used the platform there. Only events since a measure's own first day
-- (members_from) count, and each year is counted afresh.
with measure as (
    select measure_code, coalesce(members_from, date '1900-01-01') as members_from, part_of
    from {{ source('definitions', 'measures') }}
    where source_code = 'border_gate'
),

-- How the measures are named: a gate, and from which day its events count.
naming as (
    select gate.gate_code, gate.gate_name, since.suffix
    from (values ('CKHN', 'huu_nghi'), ('TT', 'tan_thanh')) as gate (gate_code, gate_name)
    cross join (values (''), ('_since_january')) as since (suffix)
),

customs_enterprises as (
    select measure.measure_code, left(customs.tax_code, 10) as tax_code, customs.registered_date as event_date
    from {{ ref('stg_border_gate__customs_declarations') }} as customs
    inner join naming on customs.gate_code = naming.gate_code
    inner join measure
        on measure.measure_code = 'customs_enterprises_' || naming.gate_name || naming.suffix and customs.registered_date >= measure.members_from
),

listed as (
    select measure_code, tax_code, year(event_date) as year, min(event_date) as listed_date
    from customs_enterprises
    group by measure_code, tax_code, year(event_date)
),

member as (
    select measure.measure_code, measure.part_of, uses.part_played, naming.gate_name, naming.suffix, uses.tax_code, uses.used_date
    from {{ ref('int_border_gate__uses') }} as uses
    inner join naming on uses.gate_code = naming.gate_code
    inner join measure
        on measure.measure_code = case
                when uses.part_played = 'goods_owners_exit' then 'goods_owners_on_border_platform_exit_'
                else uses.part_played || '_on_border_platform_'
            end || naming.gate_name || naming.suffix
            and uses.used_date >= measure.members_from
),

-- A filter on the set it is part of: a user counts from the day both the platform and customs have it.
users_on_border_platform as (
    select member.measure_code, member.tax_code, greatest(member.used_date, listed.listed_date) as event_date
    from member
    inner join listed
        on member.part_of = listed.measure_code and member.tax_code = listed.tax_code and year(member.used_date) = listed.year
),

-- Goods owners that customs does not list: from their first declaration of the year until customs does, or the year ends. One that
-- customs listed first has an interval without a day in it, which no month's end lies in.
goods_owner_first_use as (
    select gate_name, part_of, tax_code, year(used_date) as year, min(used_date) as used_date
    from member
    where part_played = 'goods_owners' and suffix = ''
    group by gate_name, part_of, tax_code, year(used_date)
),

goods_owners_unmatched as (
    select
        'goods_owners_on_border_platform_unmatched_' || goods_owner_first_use.gate_name as measure_code,
        goods_owner_first_use.tax_code,
        goods_owner_first_use.used_date as event_date,
        coalesce(listed.listed_date, make_date(goods_owner_first_use.year + 1, 1, 1)) as end_date
    from goods_owner_first_use
    left join listed
        on goods_owner_first_use.part_of = listed.measure_code and goods_owner_first_use.tax_code = listed.tax_code
            and goods_owner_first_use.year = listed.year
),

-- Which province is in force in a month is seen where counts are brought up the tree.
province as (
    select distinct unit_code
    from {{ ref('int_unit_month') }}
    where unit_level = 'province'
),

counted as (
    select measure_code, tax_code, event_date, cast(null as date) as end_date from customs_enterprises
    union
    select measure_code, tax_code, event_date, cast(null as date) as end_date from users_on_border_platform
    union
    select measure_code, tax_code, event_date, end_date from goods_owners_unmatched
),

final as (
    select
        counted.measure_code,
        'place' as tier,
        province.unit_code,
        counted.event_date,
        counted.end_date,
        counted.tax_code as item_key,
        cast(1 as bigint) as quantity
    from counted
    cross join province
)

select * from final
