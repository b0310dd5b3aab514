-- Households with a shop, an e-payment account or a buyer's account at each month's end; orders by day; users active on a day.
-- Orders and users are the province's as a whole: the directive asks for no smaller level. Which province is in force in a month is
-- seen where counts are brought up the tree. An order not delivered yet has no day of it and so counts as delivered in no month.
with province as (
    select distinct unit_code
    from {{ ref('int_unit_month') }}
    where unit_level = 'province'
),

household as (
    select households.*, month.period_end
    from {{ ref('int_ecommerce__households') }} as households
    inner join {{ ref('int_month') }} as month on households.period_start = month.period_start
),

household_counted as (
    select 'households_with_active_shop' as measure_code, unit_code, period_end
    from household
    where has_active_shop
    union all
    select 'households_with_shop_or_e_payment_account' as measure_code, unit_code, period_end
    from household
    where has_active_shop or has_e_payment_account
    union all
    select 'households_with_shop_or_buyer_account' as measure_code, unit_code, period_end
    from household
    where has_active_shop or has_active_buyer
),

order_counted as (
    select 'shop_orders_created' as measure_code, ordered_date as event_date
    from {{ ref('stg_ecommerce__orders') }}
    union all
    select 'shop_orders_delivered' as measure_code, delivered_date as event_date
    from {{ ref('stg_ecommerce__orders') }}
    union all
    select 'shop_orders_successful' as measure_code, delivered_date as event_date
    from {{ ref('stg_ecommerce__orders') }}
    where is_successful
),

counted as (
    select
        order_counted.measure_code, province.unit_code, order_counted.event_date, cast(null as date) as end_date,
        cast(null as varchar) as item_key, count(*) as quantity
    from order_counted
    cross join province
    group by order_counted.measure_code, province.unit_code, order_counted.event_date
    union all
    select
        'shop_users_active' as measure_code, province.unit_code, users.activity_date as event_date, cast(null as date) as end_date,
        users.user_key as item_key, 1 as quantity
    from {{ ref('int_ecommerce__users') }} as users
    cross join province
),

final as (
    {{ counted_at_month_end('household_counted') }}
    union all
    select measure_code, 'place' as tier, unit_code, event_date, end_date, item_key, cast(quantity as bigint) as quantity
    from counted
)

select * from final
