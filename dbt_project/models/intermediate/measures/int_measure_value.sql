-- Each measure at every level of the tree and every month. Months add up by `accumulation`, units by `rollup`; only rows that are not zero.
-- Months add up of one unit_key: a code given to another commune starts anew.
with event as (
    select event.*, measure.accumulation, measure.rollup
    from {{ ref('int_measure_event') }} as event
    inner join {{ source('definitions', 'measures') }} as measure on event.measure_code = measure.measure_code
),

-- A flow or a distinct thing occurs in the month of its date; a stock exists in every month whose last day lies in its interval.
occurrence as (
    select
        event.measure_code, event.accumulation, event.rollup, event.tier, event.unit_code, month.period_start, event.item_key, event.quantity
    from event
    inner join {{ ref('int_month') }} as month on month.period_start = {{ month_start('event.event_date') }}
    where event.accumulation in ('flow', 'distinct_to_date')
    union all
    select
        event.measure_code, event.accumulation, event.rollup, event.tier, event.unit_code, month.period_start, event.item_key, event.quantity
    from event
    inner join {{ ref('int_month') }} as month
        on event.event_date <= month.period_end and (event.end_date is null or event.end_date > month.period_end)
    where event.accumulation = 'stock'
),

-- Things to be recounted are first brought to every level; counts that add up are counted where they happen.
placed as (
    select
        occurrence.measure_code, occurrence.accumulation, occurrence.rollup, occurrence.tier, ancestor.ancestor_code as unit_code,
        ancestor.ancestor_key as unit_key, occurrence.period_start, occurrence.item_key, occurrence.quantity
    from occurrence
    inner join {{ ref('int_unit_ancestor') }} as ancestor
        on occurrence.period_start = ancestor.period_start and occurrence.unit_code = ancestor.unit_code
    where occurrence.rollup = 'recount' or ancestor.ancestor_code = ancestor.unit_code
),

summed as (
    select measure_code, accumulation, rollup, tier, unit_code, period_start, sum(quantity) as value_month, sum(quantity) as value_new
    from placed
    where item_key is null
    group by measure_code, accumulation, rollup, tier, unit_code, period_start
),

thing as (
    select distinct measure_code, accumulation, rollup, tier, unit_code, unit_key, period_start, item_key
    from placed
    where item_key is not null
),

-- A thing is new in the first month of the year it is seen in; only new things make the count to date grow.
thing_first_seen as (
    select
        *,
        row_number() over (
            partition by measure_code, tier, unit_key, year(period_start), item_key
            order by period_start
        ) = 1 as is_new
    from thing
),

distinct_counted as (
    select
        measure_code, accumulation, rollup, tier, unit_code, period_start,
        count(*) as value_month,
        count(*) filter (where is_new) as value_new
    from thing_first_seen
    group by measure_code, accumulation, rollup, tier, unit_code, period_start
),

counted as (
    select * from summed
    union all
    select * from distinct_counted
),

rolled_up as (
    select
        counted.measure_code, counted.accumulation, counted.tier, ancestor.ancestor_code as unit_code,
        ancestor.ancestor_key as unit_key, counted.period_start,
        sum(counted.value_month) as value_month,
        sum(counted.value_new) as value_new
    from counted
    inner join {{ ref('int_unit_ancestor') }} as ancestor
        on counted.period_start = ancestor.period_start and counted.unit_code = ancestor.unit_code
    where counted.rollup = 'subtree' or ancestor.ancestor_code = ancestor.unit_code
    group by counted.measure_code, counted.accumulation, counted.tier, ancestor.ancestor_code, ancestor.ancestor_key, counted.period_start
),

accumulated as (
    select
        rolled_up.measure_code, rolled_up.tier, rolled_up.unit_code, month.period_start,
        sum(case when rolled_up.period_start = month.period_start then rolled_up.value_month else 0 end) as value_month,
        sum(case when rolled_up.accumulation = 'stock' then rolled_up.value_month else rolled_up.value_new end) as value_to_date
    from rolled_up
    inner join {{ ref('int_unit_ancestor') }} as month
        on rolled_up.unit_key = month.ancestor_key and month.unit_code = month.ancestor_code
            and (
                rolled_up.period_start = month.period_start
                or (
                    rolled_up.accumulation <> 'stock' and rolled_up.period_start < month.period_start
                    and year(rolled_up.period_start) = year(month.period_start)
                )
            )
    group by rolled_up.measure_code, rolled_up.tier, rolled_up.unit_code, month.period_start
),

final as (
    select
        measure_code, tier, unit_code, period_start,
        cast(value_month as bigint) as value_month,
        cast(value_to_date as bigint) as value_to_date
    from accumulated
    where value_month <> 0 or value_to_date <> 0
)

select * from final
