-- Every accepted row of the school lists, corrected, with the commune its code resolves to; a row that names no commune stands at
-- its district. `unit_code` is null (rejected) when a commune is named that does not resolve, or neither is known.
with landed as (
    {{ landed_rows('education', 'schools', ['ma_truong'], {
        'cap_hoc': 'varchar', 'trang_thai': 'varchar', 'ma_xa_phuong': 'varchar', 'ma_quan_huyen': 'varchar',
    }) }}
),

final as (
    select
        landed.*,
        case when landed.ma_xa_phuong is null then district.unit_code else commune.unit_code end as unit_code,
        case when landed.ma_xa_phuong is null then district.unit_level else commune.unit_level end as unit_level,
        case when landed.ma_xa_phuong is null then district.candidates else commune.candidates end as candidates
    from landed
    {{ resolved_unit('commune', 'education', 'schools', 'ma_xa_phuong', code='ma_xa_phuong') }}
    {{ resolved_unit('district', 'education', 'schools', 'ma_quan_huyen', name='ma_quan_huyen') }}
)

select * from final
