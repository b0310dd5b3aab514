-- Every accepted row of the register of incoming documents, corrected, with the unit its text resolves to (null: rejected).
with landed as (
    {{ landed_rows('e_office', 'documents', ['document_id'], {
        'don_vi': 'varchar', 'cap': 'varchar', 'ngay_den': 'date', 'han_xu_ly': 'date', 'ngay_xu_ly': 'date', 'hinh_thuc_xu_ly': 'varchar',
        'trang_thai': 'varchar', 'ngay_cap_nhat': 'timestamp',
    }) }}
),

resolution as (
    {{ unit_resolution('e_office', 'documents', 'don_vi') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    left join resolution
        on coalesce(landed.don_vi, '') = resolution.name_text and coalesce(landed.cap, '') = resolution.tier_text
            and case when landed.part = '-' then '' else landed.part end = resolution.part
)

select * from final
