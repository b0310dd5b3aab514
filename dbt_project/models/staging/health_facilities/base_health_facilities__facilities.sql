-- Every accepted row of the facility list, corrected, with where the facility stands: its commune, else its district (null: rejected).
with landed as (
    {{ landed_rows('health_facilities', 'facilities', ['ma_cskcb'], {
        'tuyen': 'varchar', 'loai': 'varchar', 'ma_huyen': 'varchar', 'ma_xa': 'varchar', 'trang_thai': 'varchar', 'so_giuong': 'bigint',
        'co_thu_phi': 'varchar',
    }) }}
),

final as (
    select
        landed.*,
        coalesce(
            case when commune.unit_level = 'commune' then commune.unit_code end,
            case when district.unit_level = 'district' then district.unit_code end
        ) as unit_code,
        coalesce(district.candidates, '') as candidates
    from landed
    {{ resolved_unit('commune', 'health_facilities', 'facilities', 'ma_xa', name='ma_xa') }}
    {{ resolved_unit('district', 'health_facilities', 'facilities', 'ma_huyen', code='ma_huyen') }}
)

select * from final
