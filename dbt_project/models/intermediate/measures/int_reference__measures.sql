-- People and households: the newest reference date up to 31 December of a year is the figure of all its months. Villages: the list in
-- force at the month's end. Communes: the units in force then; they are facts of this repository and need no delivery.
with calendar_year as (
    select distinct {{ year_start('period_start') }} as year_start
    from {{ ref('int_month') }}
),

reference_of_year as (
    select calendar_year.year_start, max(population.reference_date) as reference_date
    from calendar_year
    inner join {{ ref('stg_reference__population') }} as population
        on year(population.reference_date) <= year(calendar_year.year_start)
    group by calendar_year.year_start
),

figure as (
    select reference_of_year.year_start, population.unit_code, population.age_group, population.person_count, population.household_count
    from reference_of_year
    inner join {{ ref('stg_reference__population') }} as population on reference_of_year.reference_date = population.reference_date
),

population as (
    select 'population' as measure_code, unit_code, year_start, person_count as quantity
    from figure
),

population_15_and_over as (
    select 'population_15_and_over' as measure_code, unit_code, year_start, person_count as quantity
    from figure
    where age_group <> '0-14'
),

households as (
    select 'households' as measure_code, unit_code, year_start, household_count as quantity
    from figure
),

counted as (
    select * from population
    union all
    select * from population_15_and_over
    union all
    select * from households
),

yearly as (
    select
        measure_code,
        unit_code,
        year_start as event_date,
        {{ add_months('year_start', 12) }} as end_date,
        sum(quantity) as quantity
    from counted
    group by measure_code, unit_code, year_start
),

villages as (
    select
        'villages' as measure_code,
        village.unit_code,
        snapshot.period_end as event_date,
        cast(snapshot.period_end + 1 as date) as end_date,
        count(*) as quantity
    from {{ ref('int_snapshot_month') }} as snapshot
    inner join {{ ref('stg_reference__villages') }} as village on snapshot.as_at = village.as_at
    where snapshot.source_code = 'reference' and snapshot.dataset = 'villages'
    group by village.unit_code, snapshot.period_end
),

communes as (
    select
        'communes' as measure_code,
        unit_code,
        period_end as event_date,
        cast(period_end + 1 as date) as end_date,
        1 as quantity
    from {{ ref('int_unit_month') }}
    where unit_level = 'commune'
),

dated as (
    select * from yearly
    union all
    select * from villages
    union all
    select * from communes
),

final as (
    select
        measure_code,
        'place' as tier,
        unit_code,
        event_date,
        end_date,
        cast(null as varchar) as item_key,
        cast(quantity as bigint) as quantity
    from dated
)

select * from final
