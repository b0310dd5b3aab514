-- Every accepted row of the department's lists, corrected, with the commune its district and name resolve to (null: rejected).
with landed as (
    {{ landed_rows('digital_radio', 'department_list', ['huyen', 'xa', 'loai_dai'], {
        'so_cum_loa': 'bigint', 'nam_dau_tu': 'bigint', 'tinh_trang': 'varchar',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    {{ resolved_unit('resolution', 'digital_radio', 'department_list', 'xa', name='xa', within='huyen') }}
)

select * from final
