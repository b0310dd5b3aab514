-- Every accepted row of the facility list, corrected, with where the facility stands: its commune, else its district (null: rejected).
with landed as (
    {{ landed_rows('health_facilities', 'facilities', ['ma_cskcb'], {
        'tuyen': 'varchar', 'loai': 'varchar', 'ma_huyen': 'varchar', 'ma_xa': 'varchar', 'trang_thai': 'varchar', 'so_giuong': 'bigint',
        'co_thu_phi': 'varchar',
    }) }}
),

commune as (
    {{ unit_resolution('health_facilities', 'facilities', 'ma_xa') }}
),

district as (
    {{ unit_resolution('health_facilities', 'facilities', 'ma_huyen') }}
),

final as (
    select
        landed.*,
        coalesce(commune.unit_code, district.unit_code) as unit_code,
        coalesce(district.candidates, '') as candidates
    from landed
    left join commune
        on landed.ma_xa = commune.name_text and commune.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = commune.part and commune.unit_level = 'commune'
    left join district
        on landed.ma_huyen = district.code_text and district.name_text = '' and district.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = district.part and district.unit_level = 'district'
)

select * from final
