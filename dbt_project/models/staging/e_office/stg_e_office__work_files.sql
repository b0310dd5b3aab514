-- The newest row of every work file whose unit is known.
with final as (
    select ma_hscv, unit_code, unit_level, ngay_mo, ngay_ket_thuc, hinh_thuc_xu_ly, trang_thai, delivery_id, row_number
    from {{ ref('base_e_office__work_files') }}
    where is_read and unit_code is not null
    qualify row_number() over (
            partition by ma_hscv
            order by coalesce(ngay_cap_nhat, received_at) desc, received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
