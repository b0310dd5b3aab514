-- The taxpayers of every standing register, one row per part, closing date and tax code (the last line of a repeated code).
with final as (
    select
        part,
        window_end as as_at,
        mst,
        loai_nnt,
        trang_thai,
        unit_code,
        office_unit_code,
        ngay_cap as issued_date,
        ngay_dong as closed_date,
        delivery_id,
        row_number
    from {{ ref('base_e_invoices__tax_register') }}
    where is_read and unit_code is not null
    qualify row_number() over (partition by part, window_end, mst order by delivery_id desc, row_number desc) = 1
)

select * from final
