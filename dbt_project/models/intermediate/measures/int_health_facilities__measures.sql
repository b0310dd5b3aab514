-- Working health facilities at each month's end, where they stand: what the newest list says that is not older than max_age.
with facility as (
    select month.period_end, facilities.*
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_health_facilities__facilities') }} as facilities
        on month.part = facilities.part and month.as_at = facilities.as_at
    where month.source_code = 'health_facilities' and month.dataset = 'facilities' and facilities.is_active
),

health_facilities as (
    select 'health_facilities' as measure_code, unit_code, period_end
    from facility
),

public_health_facilities as (
    select 'public_health_facilities' as measure_code, unit_code, period_end
    from facility
    where is_public
),

private_health_facilities as (
    select 'private_health_facilities' as measure_code, unit_code, period_end
    from facility
    where not is_public
),

health_facilities_collecting_fees as (
    select 'health_facilities_collecting_fees' as measure_code, unit_code, period_end
    from facility
    where collects_fees
),

provincial_and_district_facilities as (
    select 'provincial_and_district_facilities' as measure_code, unit_code, period_end
    from facility
    where is_public and tier_code in (2, 3)
),

provincial_and_district_facilities_with_beds as (
    select 'provincial_and_district_facilities_with_beds' as measure_code, unit_code, period_end
    from facility
    where is_public and tier_code in (2, 3) and has_beds
),

counted as (
    select * from health_facilities
    union all
    select * from public_health_facilities
    union all
    select * from private_health_facilities
    union all
    select * from health_facilities_collecting_fees
    union all
    select * from provincial_and_district_facilities
    union all
    select * from provincial_and_district_facilities_with_beds
),

final as (
    select
        measure_code,
        'place' as tier,
        unit_code,
        period_end as event_date,
        cast(period_end + 1 as date) as end_date,
        cast(null as varchar) as item_key,
        cast(count(*) as bigint) as quantity
    from counted
    group by measure_code, unit_code, period_end
)

select * from final
