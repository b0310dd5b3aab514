-- The stations of every standing list, each once. In service: in operation since a date that has come; on trial: on air before that.
-- Coordinates are "longitude/latitude" with decimal commas, or the other way round: the province's box says which is which.
with station as (
    select
        *,
        try_cast(replace(trim(split_part(toa_do, '/', 1)), ',', '.') as decimal(9, 6)) as first_coordinate,
        try_cast(replace(trim(split_part(toa_do, '/', 2)), ',', '.') as decimal(9, 6)) as second_coordinate
    from {{ ref('base_telecom_coverage__stations') }}
    where is_read and unit_code is not null and unit_level = 'commune'
),

placed as (
    select
        *,
        coalesce(first_coordinate between 106.1 and 107.4 and second_coordinate between 21.3 and 22.5, false) as is_in_order,
        coalesce(second_coordinate between 106.1 and 107.4 and first_coordinate between 21.3 and 22.5, false) as is_swapped
    from station
),

final as (
    select
        window_end as as_at,
        nha_mang as operator,
        ma_tram as station_code,
        unit_code,
        upper(cong_nghe) like '%3G%' as has_3g,
        upper(cong_nghe) like '%4G%' as has_4g,
        trang_thai = 'hoat_dong' and coalesce(ngay_phat_song <= window_end, true) as is_in_service,
        trang_thai = 'thu_nghiem' or (trang_thai = 'hoat_dong' and coalesce(ngay_phat_song > window_end, false)) as is_on_trial,
        case when is_in_order then first_coordinate when is_swapped then second_coordinate end as longitude,
        case when is_in_order then second_coordinate when is_swapped then first_coordinate end as latitude,
        delivery_id,
        row_number
    from placed
    qualify row_number() over (
            partition by window_end, nha_mang, ma_tram
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
