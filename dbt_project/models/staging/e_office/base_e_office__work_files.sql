-- Every accepted row of the register of work files, corrected, with the unit its text resolves to (null: rejected).
with landed as (
    {{ landed_rows('e_office', 'work_files', ['ma_hscv'], {
        'don_vi': 'varchar', 'cap': 'varchar', 'ngay_mo': 'date', 'ngay_ket_thuc': 'date', 'hinh_thuc_xu_ly': 'varchar',
        'do_mat': 'varchar', 'trang_thai': 'varchar', 'ngay_cap_nhat': 'timestamp',
    }) }}
),

final as (
    select
        landed.*,
        {{ unit_on_dates('resolution', ['landed.ngay_ket_thuc']) }}
    from landed
    {{ resolved_unit('resolution', 'e_office', 'work_files', 'don_vi', name='don_vi', tier='cap') }}
)

select * from final
