-- Received dossiers with the level their procedure had, for that unit, on the day of reception: a row of the unit first, else the general one.
with received as (
    select *
    from {{ ref('stg_online_public_services__dossiers') }}
    where is_received
),

procedure_day as (
    select distinct procedure_code, unit_code, received_date
    from received
    where procedure_code is not null
),

level_in_force as (
    select procedure_day.procedure_code, procedure_day.unit_code, procedure_day.received_date, catalogue.service_level
    from procedure_day
    inner join {{ ref('stg_online_public_services__procedures') }} as catalogue
        on procedure_day.procedure_code = catalogue.procedure_code
            and (catalogue.unit_code is null or catalogue.unit_code = procedure_day.unit_code)
            and catalogue.valid_from <= procedure_day.received_date
            and (catalogue.valid_to is null or catalogue.valid_to >= procedure_day.received_date)
    qualify row_number() over (
            partition by procedure_day.procedure_code, procedure_day.unit_code, procedure_day.received_date
            order by case when catalogue.unit_code is null then 1 else 0 end, catalogue.valid_from desc, catalogue.ma_tthc asc
        ) = 1
),

without_result as (
    select procedure_code, bool_or(has_no_result) as has_no_result
    from {{ ref('stg_online_public_services__procedures') }}
    group by procedure_code
),

final as (
    select
        received.ma_ho_so,
        received.procedure_code,
        received.unit_code,
        received.unit_level,
        received.kenh_thuc_hien = '2' as is_online,
        received.trang_thai_ho_so,
        received.received_date,
        received.resolved_date,
        coalesce(level_in_force.service_level in (3, 4), false) as is_level_3_4,
        received.has_digitised_component,
        received.component_count,
        received.digitised_component_count,
        received.electronic_result_count > 0 as has_electronic_result,
        -- A procedure that gives no result needs no electronic one.
        received.electronic_result_count > 0 or coalesce(without_result.has_no_result, false) as has_digitised_result
    from received
    left join level_in_force
        on received.procedure_code = level_in_force.procedure_code and received.unit_code = level_in_force.unit_code
            and received.received_date = level_in_force.received_date
    left join without_result on received.procedure_code = without_result.procedure_code
)

select * from final
