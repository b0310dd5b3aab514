-- Every accepted row of the surveys, corrected, with the commune its code resolves to (null: rejected).
with landed as (
    {{ landed_rows('telecom_coverage', 'village_survey', ['ma_xa', 'ten_thon'], {
        'so_ho': 'bigint', 'so_ho_co_song': 'bigint', 'viettel_3g': 'varchar', 'viettel_4g': 'varchar', 'vnpt_3g': 'varchar',
        'vnpt_4g': 'varchar', 'mobifone_3g': 'varchar', 'mobifone_4g': 'varchar', 'vietnamobile_3g': 'varchar',
        'vietnamobile_4g': 'varchar', 'danh_gia': 'varchar',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    {{ resolved_unit('resolution', 'telecom_coverage', 'village_survey', 'ma_xa', code='ma_xa') }}
)

select * from final
