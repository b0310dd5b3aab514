-- Rows whose unit does not resolve: by the commune they name, or by the district where they name none.
with named_commune as (
    {{ rejected_rows('education', 'schools', 'ma_xa_phuong', 'unit_code is null and ma_xa_phuong is not null') }}
),

district_alone as (
    {{ rejected_rows('education', 'schools', 'ma_quan_huyen', 'unit_code is null and ma_xa_phuong is null') }}
),

final as (
    select * from named_commune
    union all
    select * from district_alone
)

select * from final
