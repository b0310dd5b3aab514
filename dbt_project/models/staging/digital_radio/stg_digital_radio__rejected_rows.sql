-- Rows whose unit does not resolve; on the department's list also those that name no commune.
with final as (
    {{ rejected_rows('digital_radio', 'devices', 'dia_ban') }}
    union all
    {{ rejected_rows('digital_radio', 'department_list', 'xa', "unit_code is null or unit_level <> 'commune'") }}
)

select * from final
