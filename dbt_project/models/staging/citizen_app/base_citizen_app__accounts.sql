-- Every accepted row of the account counts, corrected, with its commune, or its district where it names no commune (null: rejected).
with landed as (
    {{ landed_rows('citizen_app', 'accounts', ['ma_huyen', 'ma_xa', 'nhom_tuoi'], {
        'so_tai_khoan_dang_ky': 'decimal(18, 0)', 'so_tai_khoan_kich_hoat': 'decimal(18, 0)', 'so_dinh_danh_vneid': 'decimal(18, 0)',
        'so_hoat_dong_30_ngay': 'decimal(18, 0)',
    }) }}
),

placed as (
    select
        landed.*,
        coalesce(ltrim(landed.ma_xa, '0'), '') = '' as is_district_only,
        commune.unit_code as commune_code,
        commune.candidates as commune_candidates,
        district.unit_code as district_code,
        district.candidates as district_candidates
    from landed
    {{ resolved_unit('commune', 'citizen_app', 'accounts', 'ma_xa', code='ma_xa') }}
    {{ resolved_unit('district', 'citizen_app', 'accounts', 'ma_huyen', name='ma_huyen') }}
),

final as (
    select
        *,
        case when is_district_only then district_code else commune_code end as unit_code,
        case when is_district_only then district_candidates else commune_candidates end as candidates,
        case when is_district_only then ma_huyen else ma_xa end as place_code
    from placed
)

select * from final
