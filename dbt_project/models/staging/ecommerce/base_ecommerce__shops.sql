-- Every accepted row of the shop lists, corrected, with the commune (or district) its code or its texts resolve to (null: rejected).
with landed as (
    {{ landed_rows('ecommerce', 'shops', ['ma_gian_hang'], {
        'loai_chu': 'varchar', 'ma_ho': 'varchar', 'sdt': 'varchar', 'ma_xa': 'varchar', 'dia_ban': 'varchar', 'ngay_mo': 'date',
        'trang_thai': 'varchar', 'so_san_pham': 'bigint', 'tk_thanh_toan': 'boolean',
    }) }}
),

resolution as (
    {{ unit_resolution('ecommerce', 'shops', 'dia_ban') }}
),

final as (
    select
        landed.*,
        resolution.unit_code,
        resolution.unit_level,
        resolution.candidates,
        coalesce(landed.dia_ban, landed.ma_xa) as place_text
    from landed
    left join resolution
        on coalesce(landed.ma_xa, '') = resolution.code_text and coalesce(landed.dia_ban, '') = resolution.name_text
            and resolution.tier_text = '' and landed.part = resolution.part
)

select * from final
