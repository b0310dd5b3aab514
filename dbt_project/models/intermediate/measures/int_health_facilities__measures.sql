-- Working health facilities at each month's end, where they stand: every numerator is a filter on the month's list.
with facility as (
    select *
    from {{ ref('int_health_facilities__facilities') }}
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
    where is_province_or_district
),

provincial_and_district_facilities_with_beds as (
    select 'provincial_and_district_facilities_with_beds' as measure_code, unit_code, period_end
    from facility
    where is_province_or_district and has_beds
),

provincial_and_district_facilities_with_connection as (
    select 'provincial_and_district_facilities_with_connection' as measure_code, unit_code, period_end
    from facility
    where is_province_or_district and has_connection
),

provincial_and_district_facilities_connected as (
    select 'provincial_and_district_facilities_connected' as measure_code, unit_code, period_end
    from facility
    where is_province_or_district and has_connection and has_session_this_year
),

provincial_and_district_facilities_with_beds_connected as (
    select 'provincial_and_district_facilities_with_beds_connected' as measure_code, unit_code, period_end
    from facility
    where is_province_or_district and has_beds and has_connection and has_session_this_year
),

provincial_and_district_facilities_with_e_payment as (
    select 'provincial_and_district_facilities_with_e_payment' as measure_code, unit_code, period_end
    from facility
    where is_province_or_district and offers_cashless
),

provincial_and_district_facilities_with_e_payment_beyond_transfer as (
    select 'provincial_and_district_facilities_with_e_payment_beyond_transfer' as measure_code, unit_code, period_end
    from facility
    where is_province_or_district and offers_cashless_beyond_transfer
),

health_facilities_using_platform as (
    select 'health_facilities_using_platform' as measure_code, unit_code, period_end
    from facility
    where names_platform
),

public_health_facilities_using_platform as (
    select 'public_health_facilities_using_platform' as measure_code, unit_code, period_end
    from facility
    where is_public and names_platform
),

private_health_facilities_using_platform as (
    select 'private_health_facilities_using_platform' as measure_code, unit_code, period_end
    from facility
    where not is_public and names_platform
),

link as (
    select ma_cskcb, min(connected_date) as connected_date
    from {{ ref('stg_health_facilities__telehealth') }}
    group by ma_cskcb
),

-- Facilities with a link that the month's list does not know: counted apart, so that nothing is silently dropped.
telehealth_facilities_unlisted as (
    select 'telehealth_facilities_unlisted' as measure_code, province.unit_code, list.period_end
    from {{ ref('int_snapshot_month') }} as list
    inner join link on list.period_end >= link.connected_date
    inner join {{ ref('int_unit_month') }} as province on list.period_start = province.period_start and province.unit_level = 'province'
    left join {{ ref('stg_health_facilities__facilities') }} as facilities
        on list.part = facilities.part and list.as_at = facilities.as_at and link.ma_cskcb = facilities.ma_cskcb
    where list.source_code = 'health_facilities' and list.dataset = 'facilities' and facilities.ma_cskcb is null
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
    union all
    select * from provincial_and_district_facilities_with_connection
    union all
    select * from provincial_and_district_facilities_connected
    union all
    select * from provincial_and_district_facilities_with_beds_connected
    union all
    select * from provincial_and_district_facilities_with_e_payment
    union all
    select * from provincial_and_district_facilities_with_e_payment_beyond_transfer
    union all
    select * from health_facilities_using_platform
    union all
    select * from public_health_facilities_using_platform
    union all
    select * from private_health_facilities_using_platform
    union all
    select * from telehealth_facilities_unlisted
),

final as (
    {{ counted_at_month_end('counted') }}
)

select * from final
