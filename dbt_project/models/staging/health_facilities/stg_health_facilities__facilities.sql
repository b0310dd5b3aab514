-- The facilities of every standing list, one row per list and code. A facility listed twice (under its old and its new name) is what its
-- last row says.
with final as (
    select
        part,
        window_end as as_at,
        ma_cskcb,
        unit_code,
        cast(tuyen as integer) as tier_code,
        loai = 'cong_lap' as is_public,
        coalesce(so_giuong, 0) > 0 as has_beds,
        co_thu_phi = 'co' as collects_fees,
        trang_thai = 'hoat_dong' as is_active,
        delivery_id,
        row_number
    from {{ ref('base_health_facilities__facilities') }}
    where is_read and unit_code is not null
    qualify row_number() over (partition by part, window_end, ma_cskcb order by received_at desc, delivery_id desc, row_number desc) = 1
)

select * from final
