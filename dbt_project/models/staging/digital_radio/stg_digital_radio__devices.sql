-- The devices of every standing list, each once. Commissioned: it has connected once, and is not locked. Whether it is on air says nothing.
-- Coordinates come swapped from the form: the province's box says which is which. They, and the volume, decide nothing.
with device as (
    select
        *,
        try_cast(replace(vi_do, ',', '.') as decimal(9, 6)) as first_coordinate,
        try_cast(replace(kinh_do, ',', '.') as decimal(9, 6)) as second_coordinate,
        try_cast(am_luong as bigint) as volume,
        {{ plain_text('trang_thai') }} as status_text
    from {{ ref('base_digital_radio__devices') }}
    where is_read and unit_code is not null
),

placed as (
    select
        *,
        coalesce(first_coordinate between 21.3 and 22.5 and second_coordinate between 106.1 and 107.4, false) as is_in_order,
        coalesce(second_coordinate between 21.3 and 22.5 and first_coordinate between 106.1 and 107.4, false) as is_swapped
    from device
),

final as (
    select
        window_end as as_at,
        ma_thiet_bi as device_code,
        unit_code,
        -- A device of the province or of a district is nobody's commune system, whatever its area text says.
        unit_level = 'commune' and coalesce(cap_dia_ban, 3) in (3, 4) as is_of_commune,
        cast(ngay_tao as date) as created_date,
        cast(ngay_tao as date) <= window_end and ket_noi_cuoi is not null and coalesce(status_text, '') not in ('99', 'tam khoa')
            as is_commissioned,
        case when is_in_order then first_coordinate when is_swapped then second_coordinate end as latitude,
        case when is_in_order then second_coordinate when is_swapped then first_coordinate end as longitude,
        case when volume between 0 and 100 then volume end as volume,
        delivery_id,
        row_number
    from placed
    -- A list read page by page shows a device twice when another was added meanwhile.
    qualify row_number() over (partition by window_end, ma_thiet_bi order by received_at desc, delivery_id desc, row_number desc) = 1
)

select * from final
