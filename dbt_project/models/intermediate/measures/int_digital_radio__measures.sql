-- Communes with digital radio at each month's end: by the devices on the platform, and by the department's list. A commune counts once.
with device_month as (
    select snapshot.period_end, device.unit_code, cast(count(*) as bigint) as device_count
    from {{ ref('int_snapshot_month') }} as snapshot
    inner join {{ ref('stg_digital_radio__devices') }} as device on snapshot.as_at = device.as_at
    where snapshot.source_code = 'digital_radio' and snapshot.dataset = 'devices' and device.is_of_commune and device.is_commissioned
    group by snapshot.period_end, device.unit_code
),

communes_with_commissioned_digital_radio as (
    select 'communes_with_commissioned_digital_radio' as measure_code, unit_code, period_end
    from device_month
),

communes_with_several_digital_radio_clusters as (
    select 'communes_with_several_digital_radio_clusters' as measure_code, unit_code, period_end
    from device_month
    where device_count >= 2
),

communes_with_digital_radio_on_department_list as (
    select distinct 'communes_with_digital_radio_on_department_list' as measure_code, listed.unit_code, snapshot.period_end
    from {{ ref('int_snapshot_month') }} as snapshot
    inner join {{ ref('stg_digital_radio__department_list') }} as listed on snapshot.as_at = listed.as_at
    where snapshot.source_code = 'digital_radio' and snapshot.dataset = 'department_list' and listed.is_digital_in_hand
),

counted as (
    select * from communes_with_commissioned_digital_radio
    union all
    select * from communes_with_several_digital_radio_clusters
    union all
    select * from communes_with_digital_radio_on_department_list
),

final as (
    {{ counted_at_month_end('counted') }}
)

select * from final
