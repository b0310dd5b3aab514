-- Buyers' accounts of every standing list: one row per operator, closing date and account (the last line of a repeated one).
with final as (
    select
        part,
        window_end as as_at,
        ma_tai_khoan as account_hash,
        ma_ho as household_hash,
        sdt as phone_hash,
        unit_code,
        ngay_dang_ky as registered_date,
        trang_thai = 'hoat_dong' as is_active,
        coalesce(tk_thanh_toan, false) as has_e_payment_account,
        delivery_id,
        row_number
    from {{ ref('base_ecommerce__accounts') }}
    where is_read and unit_code is not null
    qualify row_number() over (partition by part, window_end, ma_tai_khoan order by received_at desc, delivery_id desc, row_number desc) = 1
)

select * from final
