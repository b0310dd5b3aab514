-- Every accepted row of the register of incoming documents, corrected, with the unit its text resolves to (null: rejected).
with landed as (
    {{ landed_rows('e_office', 'documents', ['document_id'], {
        'don_vi': 'varchar', 'cap': 'varchar', 'ngay_den': 'date', 'han_xu_ly': 'date', 'ngay_xu_ly': 'date', 'hinh_thuc_xu_ly': 'varchar',
        'trang_thai': 'varchar', 'ngay_cap_nhat': 'timestamp',
    }) }}
),

final as (
    select
        landed.*,
        {{ unit_on_dates('resolution', ['landed.han_xu_ly', 'landed.ngay_xu_ly']) }}
    from landed
    {{ resolved_unit('resolution', 'e_office', 'documents', 'don_vi', name='don_vi', tier='cap') }}
)

select * from final
