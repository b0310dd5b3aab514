-- One row per village surveyed and month. A row under the village's own name speaks for all of it. Without one, its former villages speak
-- together: it is covered when each of them is, and a former village that was not surveyed is not. A name that is both its own and a
-- former one means the whole village only where no other former village is named.
with place as (
    select
        *,
        bool_or(is_current and not is_former) over (partition by period_start, unit_code, village_key) as has_whole
    from {{ ref('int_telecom_coverage__places') }}
),

speaking as (
    select *
    from place
    where not has_whole or (is_current and not is_former)
),

final as (
    select
        period_start,
        period_end,
        unit_code,
        village_key,
        bool_and(is_covered_3g) as is_covered_3g,
        bool_and(is_covered_4g) as is_covered_4g,
        bool_and(is_covered_3g or is_covered_4g) as is_covered_3g_or_4g,
        bool_and(is_covered_or_weak) as is_covered_or_weak,
        cast(sum(household_count) as bigint) as household_count,
        cast(sum(covered_household_count) as bigint) as covered_household_count
    from speaking
    group by period_start, period_end, unit_code, village_key
    having bool_or(has_whole) or count(*) = max(former_count) or (count(*) = 1 and bool_and(is_current))
)

select * from final
