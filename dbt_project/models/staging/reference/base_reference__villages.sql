-- Every accepted row of the lists of villages, corrected, with the commune its code resolves to (null: rejected).
with landed as (
    {{ landed_rows('reference', 'villages', ['ma_xa', 'ten_thon'], {
        'ngay_chot': 'date', 'loai': 'varchar', 'so_ho': 'bigint', 'ten_cu': 'varchar', 'van_ban': 'varchar',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    {{ resolved_unit('resolution', 'reference', 'villages', 'ma_xa', code='ma_xa') }}
)

select * from final
