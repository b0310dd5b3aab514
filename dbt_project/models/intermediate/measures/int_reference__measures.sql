-- People and households: the newest reference date up to 31 December of a year is the figure of all its months.
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

final as (
    select
        measure_code,
        'place' as tier,
        unit_code,
        year_start as event_date,
        {{ add_months('year_start', 12) }} as end_date,
        cast(null as varchar) as item_key,
        cast(sum(quantity) as bigint) as quantity
    from counted
    group by measure_code, unit_code, year_start
)

select * from final
