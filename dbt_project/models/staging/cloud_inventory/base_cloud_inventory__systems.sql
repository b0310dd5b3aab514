-- Every accepted row of the inventories, corrected, with the owner its text resolves to (null: rejected) and whose list it stands in.
with landed as (
    {{ landed_rows('cloud_inventory', 'systems', ['don_vi_chu_quan', 'ten_he_thong', 'loai'], {
        'don_vi_ke_khai': 'varchar', 'pham_vi': 'varchar', 'noi_cai_dat': 'varchar', 'trang_thai': 'varchar', 'ngay_chuyen': 'varchar',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates, lister.unit_code as lister_unit_code
    from landed
    {{ resolved_unit('resolution', 'cloud_inventory', 'systems', 'don_vi_chu_quan', name='don_vi_chu_quan') }}
    -- A group row such as "I. Sở, ban, ngành" names no unit: then nobody's own list.
    {{ resolved_unit('lister', 'cloud_inventory', 'systems', 'don_vi_ke_khai', name='don_vi_ke_khai') }}
)

select * from final
