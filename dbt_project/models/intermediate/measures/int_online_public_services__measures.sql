-- Dossiers by day of reception or of resolution, and procedures; the tier is the level of the office that handles them.
with dossier as (
    select * from {{ ref('int_online_public_services__dossiers') }}
),

-- Digitisation counts only dossiers received since the measure's own first day (members_from), at the provincial one-stop.
member as (
    select measure.measure_code, dossier.*
    from dossier
    inner join {{ source('definitions', 'measures') }} as measure
        on measure.source_code = 'online_public_services' and dossier.received_date >= measure.members_from
    where dossier.unit_level = 'department'
),

dossiers_received as (
    select 'dossiers_received' as measure_code, unit_level, unit_code, received_date as event_date
    from dossier
),

dossiers_received_online as (
    select 'dossiers_received_online' as measure_code, unit_level, unit_code, received_date as event_date
    from dossier
    where is_online
),

dossiers_received_level_3_4 as (
    select 'dossiers_received_level_3_4' as measure_code, unit_level, unit_code, received_date as event_date
    from dossier
    where is_level_3_4
),

dossiers_received_online_level_3_4 as (
    select 'dossiers_received_online_level_3_4' as measure_code, unit_level, unit_code, received_date as event_date
    from dossier
    where is_level_3_4 and is_online
),

-- A file of the result, in whatever state the dossier is: the record alone says so.
dossiers_received_online_with_electronic_result as (
    select 'dossiers_received_online_with_electronic_result' as measure_code, unit_level, unit_code, received_date as event_date
    from dossier
    where is_online and has_electronic_result
),

dossiers_with_components as (
    select measure_code, unit_level, unit_code, received_date as event_date
    from member
    where measure_code = 'dossiers_with_components' and component_count > 0
),

dossiers_components_digitised as (
    select measure_code, unit_level, unit_code, received_date as event_date
    from member
    where measure_code = 'dossiers_components_digitised' and component_count > 0 and has_digitised_component
),

dossiers_all_components_digitised as (
    select measure_code, unit_level, unit_code, received_date as event_date
    from member
    where measure_code = 'dossiers_all_components_digitised' and component_count > 0 and digitised_component_count = component_count
),

dossiers_resolved as (
    select measure_code, unit_level, unit_code, resolved_date as event_date
    from member
    where measure_code = 'dossiers_resolved' and trang_thai_ho_so in ('9', '10')
),

dossiers_results_digitised as (
    select measure_code, unit_level, unit_code, resolved_date as event_date
    from member
    where measure_code = 'dossiers_results_digitised' and trang_thai_ho_so in ('9', '10') and has_digitised_result
),

dossiers_resolved_or_withdrawn as (
    select measure_code, unit_level, unit_code, resolved_date as event_date
    from member
    where measure_code = 'dossiers_resolved_or_withdrawn' and trang_thai_ho_so in ('7', '9', '10')
),

dossiers_results_digitised_or_withdrawn as (
    select measure_code, unit_level, unit_code, resolved_date as event_date
    from member
    where measure_code = 'dossiers_results_digitised_or_withdrawn' and trang_thai_ho_so in ('7', '9', '10') and has_digitised_result
),

counted as (
    select * from dossiers_received
    union all
    select * from dossiers_received_online
    union all
    select * from dossiers_received_level_3_4
    union all
    select * from dossiers_received_online_level_3_4
    union all
    select * from dossiers_received_online_with_electronic_result
    union all
    select * from dossiers_with_components
    union all
    select * from dossiers_components_digitised
    union all
    select * from dossiers_all_components_digitised
    union all
    select * from dossiers_resolved
    union all
    select * from dossiers_results_digitised
    union all
    select * from dossiers_resolved_or_withdrawn
    union all
    select * from dossiers_results_digitised_or_withdrawn
),

-- A dossier without the day counts in no month.
dossier_measure as (
    select
        measure_code,
        unit_level as tier,
        unit_code,
        event_date,
        cast(null as date) as end_date,
        cast(null as varchar) as item_key,
        cast(count(*) as bigint) as quantity
    from counted
    group by measure_code, unit_level, unit_code, event_date
),

-- One row per procedure, office and day: which month it first came in decides when it starts to count.
procedures_level_3_4_with_dossiers as (
    select distinct 'procedures_level_3_4_with_dossiers' as measure_code, unit_level, unit_code, received_date, procedure_code
    from dossier
    where is_level_3_4
),

procedures_level_3_4_with_online_dossiers as (
    select distinct 'procedures_level_3_4_with_online_dossiers' as measure_code, unit_level, unit_code, received_date, procedure_code
    from dossier
    where is_level_3_4 and is_online
),

-- The same pairs of office and procedure: these measures add up the tree, so nothing is counted afresh above the office.
procedures_of_units_level_3_4_with_dossiers as (
    select distinct 'procedures_of_units_level_3_4_with_dossiers' as measure_code, unit_level, unit_code, received_date, procedure_code
    from dossier
    where is_level_3_4
),

procedures_of_units_level_3_4_with_online_dossiers as (
    select distinct 'procedures_of_units_level_3_4_with_online_dossiers' as measure_code, unit_level, unit_code, received_date, procedure_code
    from dossier
    where is_level_3_4 and is_online
),

procedure_used as (
    select * from procedures_level_3_4_with_dossiers
    union all
    select * from procedures_level_3_4_with_online_dossiers
    union all
    select * from procedures_of_units_level_3_4_with_dossiers
    union all
    select * from procedures_of_units_level_3_4_with_online_dossiers
),

procedures_level_3_4_published as (
    select
        'procedures_level_3_4_published' as measure_code,
        published.unit_level as tier,
        published.unit_code,
        month.period_end as event_date,
        cast(month.period_end + 1 as date) as end_date,
        published.procedure_code as item_key,
        cast(1 as bigint) as quantity
    from {{ ref('int_online_public_services__published') }} as published
    inner join {{ ref('int_month') }} as month on published.period_start = month.period_start
),

final as (
    select measure_code, tier, unit_code, event_date, end_date, item_key, quantity from dossier_measure
    union all
    select
        measure_code, unit_level as tier, unit_code, received_date as event_date, cast(null as date) as end_date, procedure_code as item_key,
        cast(1 as bigint) as quantity
    from procedure_used
    union all
    select measure_code, tier, unit_code, event_date, end_date, item_key, quantity from procedures_level_3_4_published
)

select * from final
