-- Every accepted row of the department's lists, corrected, with the commune its district and name resolve to (null: rejected).
with landed as (
    {{ landed_rows('digital_radio', 'department_list', ['huyen', 'xa', 'loai_dai'], {
        'so_cum_loa': 'bigint', 'nam_dau_tu': 'bigint', 'tinh_trang': 'varchar',
    }) }}
),

resolution as (
    {{ unit_resolution('digital_radio', 'department_list', 'xa') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    left join resolution
        on {{ name_in_place('landed.xa', 'landed.huyen') }} = resolution.name_text and resolution.code_text = '' and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
)

select * from final
