-- People and households: the newest reference date up to 31 December of a year is the figure of all its months whose communes it names.
-- Villages: the list in force at the month's end. Communes: the units in force then; they are facts of this repository and need no
-- delivery.
with reference as (
    select distinct reference_date, codes_from
    from {{ ref('stg_reference__population') }}
),

reference_of_month as (
    select month.period_end, max(reference.reference_date) as reference_date
    from {{ ref('int_month') }} as month
    inner join reference on year(reference.reference_date) <= year(month.period_end) and month.codes_from = reference.codes_from
    group by month.period_end
),

figure as (
    select reference_of_month.period_end, population.unit_code, population.age_group, population.person_count, population.household_count
    from reference_of_month
    inner join {{ ref('stg_reference__population') }} as population on reference_of_month.reference_date = population.reference_date
),

population as (
    select 'population' as measure_code, unit_code, period_end, person_count as quantity
    from figure
),

population_15_and_over as (
    select 'population_15_and_over' as measure_code, unit_code, period_end, person_count as quantity
    from figure
    where age_group <> '0-14'
),

households as (
    select 'households' as measure_code, unit_code, period_end, household_count as quantity
    from figure
),

villages as (
    select 'villages' as measure_code, village.unit_code, snapshot.period_end, 1 as quantity
    from {{ ref('int_snapshot_month') }} as snapshot
    inner join {{ ref('stg_reference__villages') }} as village on snapshot.as_at = village.as_at
    where snapshot.source_code = 'reference' and snapshot.dataset = 'villages'
),

communes as (
    select 'communes' as measure_code, unit_code, period_end, 1 as quantity
    from {{ ref('int_unit_month') }}
    where unit_level = 'commune'
),

counted as (
    select * from population
    union all
    select * from population_15_and_over
    union all
    select * from households
    union all
    select * from villages
    union all
    select * from communes
),

final as (
    {{ counted_at_month_end('counted', quantity='quantity') }}
)

select * from final
