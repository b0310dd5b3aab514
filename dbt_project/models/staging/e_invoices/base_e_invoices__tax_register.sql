-- Every accepted row of the tax register, corrected; `unit_code` from the place (null: rejected), `office_unit_code` from the tax office.
with landed as (
    {{ landed_rows('e_invoices', 'tax_register', ['mst'], {
        'loai_nnt': 'varchar', 'cqt_quan_ly': 'varchar', 'dia_ban': 'varchar', 'trang_thai': 'varchar', 'ngay_cap': 'date',
        'ngay_dong': 'date',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates, office.unit_code as office_unit_code
    from landed
    {{ resolved_unit('resolution', 'e_invoices', 'tax_register', 'dia_ban', name='dia_ban') }}
    {{ resolved_unit('office', 'e_invoices', 'tax_register', 'cqt_quan_ly', name='cqt_quan_ly') }}
)

select * from final
