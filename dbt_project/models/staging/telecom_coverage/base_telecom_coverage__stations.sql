-- Every accepted row of the lists of stations, corrected, with the commune its district and name resolve to (null: rejected).
with landed as (
    {{ landed_rows('telecom_coverage', 'stations', ['nha_mang', 'ma_tram'], {
        'cong_nghe': 'varchar', 'loai': 'varchar', 'toa_do': 'varchar', 'huyen': 'varchar', 'xa': 'varchar', 'ngay_phat_song':
        'date', 'trang_thai': 'varchar',
    }) }}
),

resolution as (
    {{ unit_resolution('telecom_coverage', 'stations', 'xa') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    left join resolution
        on {{ name_in_place('landed.xa', 'landed.huyen') }} = resolution.name_text and resolution.code_text = '' and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
)

select * from final
