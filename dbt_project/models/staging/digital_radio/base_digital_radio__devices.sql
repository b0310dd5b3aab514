-- Every accepted row of the device lists, corrected, with the unit its area resolves to (null: rejected).
with landed as (
    {{ landed_rows('digital_radio', 'devices', ['ma_thiet_bi'], {
        'khu_vuc': 'varchar', 'dia_ban': 'varchar', 'cap_dia_ban': 'bigint', 'trang_thai': 'varchar', 'am_luong': 'varchar',
        'vi_do': 'varchar', 'kinh_do': 'varchar', 'ngay_tao': 'timestamp', 'ket_noi_cuoi': 'timestamp',
    }) }}
),

resolution as (
    {{ unit_resolution('digital_radio', 'devices', 'dia_ban') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    left join resolution
        on coalesce(landed.dia_ban, '') = resolution.name_text and resolution.code_text = '' and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
)

select * from final
