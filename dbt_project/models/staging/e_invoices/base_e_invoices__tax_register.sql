-- Every accepted row of the tax register, corrected; `unit_code` from the place (null: rejected), `office_unit_code` from the tax office.
with landed as (
    {{ landed_rows('e_invoices', 'tax_register', ['mst'], {
        'loai_nnt': 'varchar', 'cqt_quan_ly': 'varchar', 'dia_ban': 'varchar', 'trang_thai': 'varchar', 'ngay_cap': 'date',
        'ngay_dong': 'date',
    }) }}
),

resolution as (
    {{ unit_resolution('e_invoices', 'tax_register', 'dia_ban') }}
),

office as (
    {{ unit_resolution('e_invoices', 'tax_register', 'cqt_quan_ly') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates, office.unit_code as office_unit_code
    from landed
    left join resolution
        on coalesce(landed.dia_ban, '') = resolution.name_text and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
    left join office
        on coalesce(landed.cqt_quan_ly, '') = office.name_text and office.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = office.part
)

select * from final
