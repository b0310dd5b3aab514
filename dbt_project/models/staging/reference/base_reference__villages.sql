-- Every accepted row of the lists of villages, corrected, with the commune its code resolves to (null: rejected).
with landed as (
    {{ landed_rows('reference', 'villages', ['ma_xa', 'ten_thon'], {
        'ngay_chot': 'date', 'loai': 'varchar', 'so_ho': 'bigint', 'ten_cu': 'varchar', 'van_ban': 'varchar',
    }) }}
),

resolution as (
    {{ unit_resolution('reference', 'villages', 'ma_xa') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    left join resolution
        on coalesce(landed.ma_xa, '') = resolution.code_text and resolution.name_text = '' and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
)

select * from final
