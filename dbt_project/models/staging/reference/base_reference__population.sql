-- Every accepted row of the population list, corrected, with the commune its code resolves to (null: rejected).
with landed as (
    {{ landed_rows('reference', 'population', ['ma_xa', 'nhom_tuoi'], {
        'ngay_thong_ke': 'date', 'so_nguoi': 'bigint', 'so_ho': 'bigint',
    }) }}
),

resolution as (
    {{ unit_resolution('reference', 'population', 'ma_xa') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    left join resolution
        on coalesce(landed.ma_xa, '') = resolution.code_text and resolution.name_text = '' and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
)

select * from final
