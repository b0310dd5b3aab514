-- Every accepted row of the inventories, corrected, with the owner its text resolves to (null: rejected) and whose list it stands in.
with landed as (
    {{ landed_rows('cloud_inventory', 'systems', ['don_vi_chu_quan', 'ten_he_thong', 'loai'], {
        'don_vi_ke_khai': 'varchar', 'pham_vi': 'varchar', 'noi_cai_dat': 'varchar', 'trang_thai': 'varchar', 'ngay_chuyen': 'varchar',
    }) }}
),

resolution as (
    {{ unit_resolution('cloud_inventory', 'systems', 'don_vi_chu_quan') }}
),

lister as (
    {{ unit_resolution('cloud_inventory', 'systems', 'don_vi_ke_khai') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates, lister.unit_code as lister_unit_code
    from landed
    left join resolution
        on coalesce(landed.don_vi_chu_quan, '') = resolution.name_text and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
    -- A group row such as "I. Sở, ban, ngành" names no unit: then nobody's own list.
    left join lister
        on landed.don_vi_ke_khai = lister.name_text and lister.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = lister.part
)

select * from final
