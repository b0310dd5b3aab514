-- The systems in use at each month's end, each once under its owner, from the newest inventory that is not older than max_age.
with snapshot as (
    select *
    from {{ ref('int_snapshot_month') }}
    where source_code = 'cloud_inventory' and dataset = 'systems'
),

listed as (
    select snapshot.period_start, snapshot.period_end, systems.*
    from snapshot
    inner join {{ ref('stg_cloud_inventory__systems') }} as systems on snapshot.part = systems.part and snapshot.as_at = systems.as_at
),

-- A system of the whole province belongs to the provincial agency that owns it, whichever district lists it as its own.
provincial_owner as (
    select period_start, system_name, system_kind, min(unit_code) as unit_code, 'department' as unit_level
    from listed
    where is_provincial and unit_level = 'department'
    group by period_start, system_name, system_kind
),

owned as (
    select
        listed.period_start, listed.period_end, listed.as_at, listed.lister_unit_code, listed.system_name, listed.system_kind,
        listed.is_in_use, listed.hosting, listed.moved_date, listed.delivery_id, listed.row_number,
        coalesce(provincial_owner.unit_code, listed.unit_code) as unit_code,
        coalesce(provincial_owner.unit_level, listed.unit_level) as unit_level
    from listed
    left join provincial_owner
        on listed.period_start = provincial_owner.period_start and listed.system_name = provincial_owner.system_name
            and listed.system_kind = provincial_owner.system_kind and listed.is_provincial and listed.unit_level in ('district', 'commune')
),

-- Of one system listed several times the owner's own list tells its state; of equals the last line.
once as (
    select *
    from owned
    qualify row_number() over (
            partition by period_start, unit_code, system_name, system_kind
            order by coalesce(lister_unit_code = unit_code, false) desc, delivery_id desc, row_number desc
        ) = 1
),

final as (
    select
        period_start,
        period_end,
        unit_level,
        unit_code,
        system_name,
        system_kind,
        -- What the system is about: "CSDL đất đai" is the database of "Hệ thống thông tin đất đai".
        regexp_replace(system_name, '^(he thong thong tin|httt|he thong|phan mem|co so du lieu|csdl) ', '') as subject,
        -- A move still to come is a plan.
        coalesce(hosting = 'provincial_cloud' and coalesce(moved_date <= as_at, true), false) as is_on_cloud,
        coalesce(hosting = 'vendor', false) as is_vendor_saas,
        hosting is null as is_hosting_unknown
    from once
    where is_in_use
)

select * from final
