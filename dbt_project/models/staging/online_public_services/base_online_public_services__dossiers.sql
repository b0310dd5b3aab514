-- Every accepted row of the dossier register, corrected, with the unit its text resolves to (null: rejected).
with landed as (
    {{ landed_rows('online_public_services', 'dossiers', ['ma_ho_so'], {
        'ma_tthc': 'varchar', 'don_vi_xu_ly': 'varchar', 'kenh_thuc_hien': 'varchar', 'trang_thai_ho_so': 'varchar',
        'ngay_nop_ho_so': 'timestamp', 'ngay_tiep_nhan': 'timestamp', 'ngay_ket_thuc_xu_ly': 'timestamp', 'ngay_tra': 'timestamp',
        'ngay_cap_nhat': 'timestamp', 'ho_so_co_thanh_phan_so_hoa': 'boolean', 'so_thanh_phan': 'bigint',
        'so_thanh_phan_so_hoa': 'bigint', 'so_ket_qua_dien_tu': 'bigint',
    }) }}
),

final as (
    select
        landed.*,
        {{ unit_on_dates('resolution', ['landed.ngay_tiep_nhan', 'coalesce(landed.ngay_ket_thuc_xu_ly, landed.ngay_tra)']) }}
    from landed
    {{ resolved_unit('resolution', 'online_public_services', 'dossiers', 'don_vi_xu_ly', name='don_vi_xu_ly') }}
)

select * from final
