-- Every accepted row of the lists of buyers' accounts, corrected, with the commune (or district) its code or its texts resolve to (null: rejected).
with landed as (
    {{ landed_rows('ecommerce', 'accounts', ['ma_tai_khoan'], {
        'ma_ho': 'varchar', 'sdt': 'varchar', 'ma_xa': 'varchar', 'dia_ban': 'varchar', 'ngay_dang_ky': 'date', 'trang_thai': 'varchar',
        'tk_thanh_toan': 'boolean',
    }) }}
),

final as (
    select
        landed.*,
        resolution.unit_code,
        resolution.unit_level,
        resolution.candidates,
        coalesce(landed.dia_ban, landed.ma_xa) as place_text
    from landed
    {{ resolved_unit('resolution', 'ecommerce', 'accounts', 'dia_ban', code='ma_xa', name='dia_ban') }}
)

select * from final
