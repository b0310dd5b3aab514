-- Units in force on the last day of each month.
with final as (
    select
        month.period_start,
        month.period_end,
        unit.unit_key,
        unit.unit_code,
        unit.unit_level,
        unit.parent_unit_code
    from {{ ref('int_month') }} as month
    inner join {{ source('definitions', 'units') }} as unit
        on unit.valid_from <= month.period_end and (unit.valid_to is null or unit.valid_to >= month.period_end)
)

select * from final
