-- Information systems and databases at each month's end, at their owner.
with system as (
    select * from {{ ref('int_cloud_inventory__systems') }}
),

information_systems_in_use as (
    select 'information_systems_in_use' as measure_code, unit_level, unit_code, period_end
    from system
),

information_systems_in_use_without_vendor_saas as (
    select 'information_systems_in_use_without_vendor_saas' as measure_code, unit_level, unit_code, period_end
    from system
    where not is_vendor_saas
),

information_systems_on_provincial_cloud as (
    select 'information_systems_on_provincial_cloud' as measure_code, unit_level, unit_code, period_end
    from system
    where is_on_cloud
),

information_systems_hosting_unknown as (
    select 'information_systems_hosting_unknown' as measure_code, unit_level, unit_code, period_end
    from system
    where is_hosting_unknown
),

-- A database whose system the same owner has is part of that system.
own_database as (
    select part.period_start, part.unit_code, part.system_name, part.subject, part.is_on_cloud
    from system as part
    where
        part.system_kind = 'csdl' and exists (
            select 1
            from system as whole
            where whole.system_kind = 'httt' and whole.period_start = part.period_start
                and whole.unit_code = part.unit_code and whole.subject = part.subject
        )
),

merged as (
    select
        system.unit_level,
        system.unit_code,
        system.period_end,
        system.is_on_cloud and not exists (
            select 1
            from own_database as part
            where system.system_kind = 'httt' and part.period_start = system.period_start
                and part.unit_code = system.unit_code and part.subject = system.subject and not part.is_on_cloud
        ) as is_on_cloud
    from system
    left join own_database
        on system.system_kind = 'csdl' and system.period_start = own_database.period_start and system.unit_code = own_database.unit_code
            and system.system_name = own_database.system_name
    where own_database.system_name is null
),

information_systems_merged_in_use as (
    select 'information_systems_merged_in_use' as measure_code, unit_level, unit_code, period_end
    from merged
),

information_systems_merged_on_provincial_cloud as (
    select 'information_systems_merged_on_provincial_cloud' as measure_code, unit_level, unit_code, period_end
    from merged
    where is_on_cloud
),

counted as (
    select * from information_systems_in_use
    union all
    select * from information_systems_in_use_without_vendor_saas
    union all
    select * from information_systems_on_provincial_cloud
    union all
    select * from information_systems_hosting_unknown
    union all
    select * from information_systems_merged_in_use
    union all
    select * from information_systems_merged_on_provincial_cloud
),

final as (
    {{ counted_at_month_end('counted', tier='unit_level') }}
)

select * from final
