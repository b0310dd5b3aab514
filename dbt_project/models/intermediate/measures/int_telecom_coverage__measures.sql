-- Villages covered at each month's end, in the commune they lie in: always a part of the villages on that month's list.
with village as (
    select * from {{ ref('int_telecom_coverage__villages') }}
),

villages_covered_3g_or_4g as (
    select 'villages_covered_3g_or_4g' as measure_code, unit_code, period_end
    from village
    where is_covered_3g_or_4g
),

villages_covered_3g as (
    select 'villages_covered_3g' as measure_code, unit_code, period_end
    from village
    where is_covered_3g
),

villages_covered_4g as (
    select 'villages_covered_4g' as measure_code, unit_code, period_end
    from village
    where is_covered_4g
),

villages_covered_3g_and_4g as (
    select 'villages_covered_3g_and_4g' as measure_code, unit_code, period_end
    from village
    where is_covered_3g and is_covered_4g
),

villages_covered_or_weak as (
    select 'villages_covered_or_weak' as measure_code, unit_code, period_end
    from village
    where is_covered_or_weak
),

-- In whole numbers, so that 19 of 20 is 95 %. More households covered than there are proves nothing.
villages_with_95_percent_of_households_covered as (
    select 'villages_with_95_percent_of_households_covered' as measure_code, unit_code, period_end
    from village
    where covered_household_count * 100 >= household_count * 95 and covered_household_count <= household_count
),

counted as (
    select * from villages_covered_3g_or_4g
    union all
    select * from villages_covered_3g
    union all
    select * from villages_covered_4g
    union all
    select * from villages_covered_3g_and_4g
    union all
    select * from villages_covered_or_weak
    union all
    select * from villages_with_95_percent_of_households_covered
),

final as (
    {{ counted_at_month_end('counted') }}
)

select * from final
