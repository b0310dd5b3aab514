-- What schools and health facilities collected, cashless and in all; each school's share; who installed and uses a cashless method.
with flow as (
    select
        measure_code, 'place' as tier, unit_code, paid_date as event_date, cast(null as date) as end_date, cast(null as varchar) as item_key,
        quantity
    from {{ ref('int_cashless_payments__flows') }}
),

school_share_basis_points as (
    select 'school_share_basis_points' as measure_code, unit_code, period_end, whole as quantity
    from {{ ref('int_cashless_payments__shares') }}
),

school_share_basis_points_cashless as (
    select 'school_share_basis_points_cashless' as measure_code, unit_code, period_end, cashless as quantity
    from {{ ref('int_cashless_payments__shares') }}
),

-- The schools of the month's list that say they collect fees, where that list has them: numerator and denominator are of one set.
school as (
    select school.period_end, school.unit_code, equipped.is_installed, equipped.is_used
    from {{ ref('int_education__schools') }} as school
    inner join {{ ref('int_cashless_payments__equipped') }} as equipped
        on school.period_end = equipped.period_end and school.ma_truong = equipped.collector_code
    where school.collects_fees
),

schools_with_cashless_installed_and_used as (
    select 'schools_with_cashless_installed_and_used' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_installed and is_used
),

schools_with_cashless_installed as (
    select 'schools_with_cashless_installed' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_installed
),

schools_with_cashless_used as (
    select 'schools_with_cashless_used' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_used
),

-- The working facilities of the month's list.
facility as (
    select
        month.period_end, facilities.unit_code, facilities.collects_fees, equipped.is_installed, equipped.is_used,
        facilities.is_public and facilities.tier_code in (2, 3) as is_provincial_or_district
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_health_facilities__facilities') }} as facilities
        on month.part = facilities.part and month.as_at = facilities.as_at
    inner join {{ ref('int_cashless_payments__equipped') }} as equipped
        on month.period_end = equipped.period_end and facilities.ma_cskcb = equipped.collector_code
    where month.source_code = 'health_facilities' and month.dataset = 'facilities' and facilities.is_active
),

health_facilities_with_cashless_installed_and_used as (
    select 'health_facilities_with_cashless_installed_and_used' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from facility
    where is_installed and is_used
),

health_facilities_with_cashless_installed as (
    select 'health_facilities_with_cashless_installed' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from facility
    where is_installed
),

health_facilities_with_cashless_used as (
    select 'health_facilities_with_cashless_used' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from facility
    where is_used
),

provincial_and_district_facilities_with_cashless_installed_and_used as (
    select
        'provincial_and_district_facilities_with_cashless_installed_and_used' as measure_code, unit_code, period_end,
        cast(1 as bigint) as quantity
    from facility
    where is_provincial_or_district and is_installed and is_used
),

fee_collecting_facilities_with_cashless_installed_and_used as (
    select
        'fee_collecting_facilities_with_cashless_installed_and_used' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from facility
    where collects_fees and is_installed and is_used
),

state as (
    select * from school_share_basis_points
    union all
    select * from school_share_basis_points_cashless
    union all
    select * from schools_with_cashless_installed_and_used
    union all
    select * from schools_with_cashless_installed
    union all
    select * from schools_with_cashless_used
    union all
    select * from health_facilities_with_cashless_installed_and_used
    union all
    select * from health_facilities_with_cashless_installed
    union all
    select * from health_facilities_with_cashless_used
    union all
    select * from provincial_and_district_facilities_with_cashless_installed_and_used
    union all
    select * from fee_collecting_facilities_with_cashless_installed_and_used
),

final as (
    select * from flow
    union all
    {{ counted_at_month_end('state', quantity='quantity') }}
)

select * from final
