-- Households' shops at each month's end, from each operator's newest list; shops of enterprises and cooperatives are none of theirs.
-- The same household on both platforms by its code, or by a telephone that stands beside one household's code only (a village's
-- registrar gives one number for many, which then names nobody's household).
with shop as (
    select month.period_start, shops.*
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_ecommerce__shops') }} as shops on month.part = shops.part and month.as_at = shops.as_at
    where month.source_code = 'ecommerce' and month.dataset = 'shops'
        and shops.owner_kind in ('ho_sxnn', 'ca_nhan') and shops.opened_date <= shops.as_at
),

phone_household as (
    select period_start, phone_hash, min(household_hash) as household_hash
    from shop
    where phone_hash is not null and household_hash is not null
    group by period_start, phone_hash
    having count(distinct household_hash) = 1
),

final as (
    select
        shop.*,
        coalesce(shop.household_hash, phone_household.household_hash, shop.phone_hash, shop.part || ':' || shop.shop_code) as household_key
    from shop
    left join phone_household on shop.period_start = phone_household.period_start and shop.phone_hash = phone_household.phone_hash
)

select * from final
