-- The newest row of every order. No row says when it changed: the list of the later period knows better, whenever it came.
with landed as (
    {{ landed_rows('ecommerce', 'orders', ['ma_don'], {
        'ma_gian_hang': 'varchar', 'ngay_dat': 'date', 'ngay_hoan_tat': 'date', 'trang_thai': 'varchar', 'gia_tri_vnd': 'decimal(19, 0)',
    }) }}
),

final as (
    select
        part,
        ma_don as order_code,
        ma_gian_hang as shop_code,
        ngay_dat as ordered_date,
        -- A delivered order without its day of completion counts on the day it was placed: it is never lost.
        case when trang_thai in ('thanh_cong', 'tra_hang') then coalesce(ngay_hoan_tat, ngay_dat) end as delivered_date,
        trang_thai = 'thanh_cong' as is_successful,
        delivery_id,
        row_number
    from landed
    where is_read
    qualify row_number() over (
            partition by part, ma_don
            order by window_end desc, received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
