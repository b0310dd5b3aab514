-- Every accepted row of the lists of stations, corrected, with the commune its district and name resolve to (null: rejected).
with landed as (
    {{ landed_rows('telecom_coverage', 'stations', ['nha_mang', 'ma_tram'], {
        'cong_nghe': 'varchar', 'loai': 'varchar', 'toa_do': 'varchar', 'huyen': 'varchar', 'xa': 'varchar', 'ngay_phat_song':
        'date', 'trang_thai': 'varchar',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    {{ resolved_unit('resolution', 'telecom_coverage', 'stations', 'xa', name='xa', within='huyen') }}
)

select * from final
