-- Procedures of level 3 or 4 open to the public at each month's end, at every unit that carries them out.
with catalogue as (
    select month.period_start, month.period_end, procedure.*
    from {{ ref('stg_online_public_services__procedures') }} as procedure
    inner join {{ ref('int_month') }} as month
        on procedure.valid_from <= month.period_end and (procedure.valid_to is null or procedure.valid_to >= month.period_end)
),

general as (
    select *
    from catalogue
    where unit_code is null
    qualify row_number() over (partition by period_start, procedure_code order by valid_from desc, ma_tthc asc) = 1
),

override as (
    select *
    from catalogue
    where unit_code is not null
    qualify row_number() over (partition by period_start, procedure_code, unit_code order by valid_from desc, ma_tthc asc) = 1
),

-- A provincial procedure belongs to the agency that carries it out; a district's or a commune's to every district or commune.
carried_out as (
    select general.period_start, general.procedure_code, unit.unit_code, unit.unit_level, general.service_level, general.is_published
    from general
    inner join {{ ref('int_unit_month') }} as unit
        on general.period_start = unit.period_start
            and (
                (general.tier_text like '%tỉnh%' and unit.unit_code = general.agency_unit_code)
                or (general.tier_text like '%huyện%' and unit.unit_level = 'district')
                or (general.tier_text like '%xã%' and unit.unit_level = 'commune')
            )
),

own_row as (
    select override.period_start, override.procedure_code, unit.unit_code, unit.unit_level, override.service_level, override.is_published
    from override
    inner join {{ ref('int_unit_month') }} as unit on override.period_start = unit.period_start and override.unit_code = unit.unit_code
),

in_force as (
    select * from own_row
    union all
    select carried_out.*
    from carried_out
    where not exists (
            select 1
            from own_row
            where own_row.period_start = carried_out.period_start and own_row.procedure_code = carried_out.procedure_code
                and own_row.unit_code = carried_out.unit_code
        )
),

final as (
    select period_start, procedure_code, unit_code, unit_level
    from in_force
    where service_level in (3, 4) and is_published
)

select * from final
