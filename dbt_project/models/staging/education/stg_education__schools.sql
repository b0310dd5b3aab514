-- The schools of every standing list, one row per part, closing date and code (the last line of a repeated code). `levels` holds the
-- digits of CAP_HOC; `unit_code` is the commune, else the district.
with final as (
    select
        part,
        window_end as as_at,
        ma_truong,
        unit_code,
        cap_hoc as levels,
        trang_thai = '1' as is_active,
        delivery_id,
        row_number
    from {{ ref('base_education__schools') }}
    where is_read and unit_code is not null
    qualify row_number() over (partition by part, window_end, ma_truong order by delivery_id desc, row_number desc) = 1
)

select * from final
