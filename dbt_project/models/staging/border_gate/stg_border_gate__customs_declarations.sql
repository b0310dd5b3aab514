-- Customs declarations at the two gates. The first eleven digits number a declaration, the twelfth its amendments: the last one stands.
with landed as (
    {{ landed_rows('border_gate', 'customs_declarations', ['so_to_khai'], {
        'ngay_dang_ky': 'date', 'ma_dn': 'varchar', 'cua_khau_xuat_nhap': 'varchar',
    }) }}
),

standing as (
    select landed.*
    from landed
    where landed.is_read and not {{ covered_by_newer_delivery('border_gate', 'customs_declarations', 'landed', 'landed.ngay_dang_ky') }}
),

final as (
    select
        left(so_to_khai, 11) as customs_number,
        ngay_dang_ky as registered_date,
        ma_dn as tax_code,
        cua_khau_xuat_nhap as gate_code,
        delivery_id,
        row_number
    from standing
    qualify row_number() over (
            partition by left(so_to_khai, 11)
            order by so_to_khai desc, received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
