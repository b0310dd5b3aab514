-- Every accepted row of the catalogue, corrected; `unit_code` is the unit of an override, `agency_unit_code` who carries it out.
with landed as (
    {{ landed_rows('online_public_services', 'procedures', ['ma_tthc', 'don_vi', 'hieu_luc_tu'], {
        'ten_tthc': 'varchar', 'cap_thuc_hien': 'varchar', 'co_quan_thuc_hien': 'varchar', 'muc_do': 'bigint',
        'hieu_luc_den': 'date', 'trang_thai': 'varchar', 'khong_co_ket_qua': 'boolean', 'ngay_cap_nhat': 'timestamp',
    }) }}
),

final as (
    select
        landed.*,
        resolution.unit_code,
        resolution.unit_level,
        resolution.candidates,
        agency.unit_code as agency_unit_code,
        -- A row that names no unit is the general one; a unit that is named but unknown rejects the row.
        coalesce(landed.don_vi, '') = '' as is_general
    from landed
    {{ resolved_unit('resolution', 'online_public_services', 'procedures', 'don_vi', name='don_vi') }}
    {{ resolved_unit('agency', 'online_public_services', 'procedures', 'co_quan_thuc_hien', name='co_quan_thuc_hien') }}
)

select * from final
