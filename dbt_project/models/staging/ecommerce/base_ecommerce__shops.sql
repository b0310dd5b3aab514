-- Every accepted row of the shop lists, corrected, with the commune (or district) its code or its texts resolve to (null: rejected).
with landed as (
    {{ landed_rows('ecommerce', 'shops', ['ma_gian_hang'], {
        'loai_chu': 'varchar', 'ma_ho': 'varchar', 'sdt': 'varchar', 'ma_xa': 'varchar', 'dia_ban': 'varchar', 'ngay_mo': 'date',
        'trang_thai': 'varchar', 'so_san_pham': 'bigint', 'tk_thanh_toan': 'boolean',
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
    {{ resolved_unit('resolution', 'ecommerce', 'shops', 'dia_ban', code='ma_xa', name='dia_ban') }}
)

select * from final
