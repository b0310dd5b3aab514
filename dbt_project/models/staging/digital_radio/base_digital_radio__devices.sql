-- Every accepted row of the device lists, corrected, with the unit its area resolves to (null: rejected).
with landed as (
    {{ landed_rows('digital_radio', 'devices', ['ma_thiet_bi'], {
        'khu_vuc': 'varchar', 'dia_ban': 'varchar', 'cap_dia_ban': 'bigint', 'trang_thai': 'varchar', 'am_luong': 'varchar',
        'vi_do': 'varchar', 'kinh_do': 'varchar', 'ngay_tao': 'timestamp', 'ket_noi_cuoi': 'timestamp',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    {{ resolved_unit('resolution', 'digital_radio', 'devices', 'dia_ban', name='dia_ban') }}
)

select * from final
