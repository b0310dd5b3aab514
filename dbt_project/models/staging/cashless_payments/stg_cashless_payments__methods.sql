-- The cashless methods of every standing list, one row per closing date, unit and method; "tiền mặt" on the list is none.
with landed as (
    {{ landed_rows('cashless_payments', 'methods', ['don_vi', 'hinh_thuc'], {
        'ngay_lap_dat': 'date', 'ngay_ngung': 'date',
    }) }}
),

final as (
    select
        part,
        window_end as as_at,
        don_vi as collector_code,
        hinh_thuc,
        ngay_lap_dat as installed_date,
        ngay_ngung as removed_date,
        delivery_id,
        row_number
    from landed
    where is_read and hinh_thuc <> 'TM'
    qualify row_number() over (
            partition by part, window_end, don_vi, hinh_thuc
            order by delivery_id desc, row_number desc
        ) = 1
)

select * from final
