-- The newest row of every incoming document whose unit is known.
with final as (
    select document_id, unit_code, unit_level, ngay_den, han_xu_ly, ngay_xu_ly, hinh_thuc_xu_ly, trang_thai, delivery_id, row_number
    from {{ ref('base_e_office__documents') }}
    where is_read and unit_code is not null
    qualify row_number() over (
            partition by document_id
            order by coalesce(ngay_cap_nhat, received_at) desc, received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
