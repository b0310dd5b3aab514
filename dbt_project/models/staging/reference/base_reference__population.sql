-- Every accepted row of the population list, corrected, with the commune its code resolves to (null: rejected).
with landed as (
    {{ landed_rows('reference', 'population', ['ma_xa', 'nhom_tuoi'], {
        'ngay_thong_ke': 'date', 'so_nguoi': 'bigint', 'so_ho': 'bigint',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    {{ resolved_unit('resolution', 'reference', 'population', 'ma_xa', code='ma_xa') }}
)

select * from final
