-- One row per household and month's end that has a shop or a buyer's account on either platform. Who the shops' households are is
-- decided by shops alone, so that the headline rests on the shop lists only; an account then joins one of them, or is a household of its
-- own. A household lives where its shop opened last says; without a shop, where its newest account says.
with shop as (
    select * from {{ ref('int_ecommerce__shop_households') }}
),

account as (
    select month.period_start, accounts.*
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_ecommerce__accounts') }} as accounts on month.part = accounts.part and month.as_at = accounts.as_at
    where month.source_code = 'ecommerce' and month.dataset = 'accounts' and accounts.registered_date <= accounts.as_at
),

shop_household as (
    select distinct period_start, household_key
    from shop
),

shop_phone as (
    select period_start, phone_hash, min(household_key) as household_key
    from shop
    where phone_hash is not null
    group by period_start, phone_hash
    having count(distinct household_key) = 1
),

account_phone as (
    select period_start, phone_hash, min(household_hash) as household_hash
    from account
    where phone_hash is not null and household_hash is not null
    group by period_start, phone_hash
    having count(distinct household_hash) = 1
),

account_identified as (
    select
        account.*,
        coalesce(
            shop_household.household_key, shop_phone.household_key, account.household_hash, account_phone.household_hash,
            account.phone_hash, account.part || ':' || account.account_hash
        ) as household_key
    from account
    left join shop_household on account.period_start = shop_household.period_start and account.household_hash = shop_household.household_key
    left join shop_phone on account.period_start = shop_phone.period_start and account.phone_hash = shop_phone.phone_hash
    left join account_phone on account.period_start = account_phone.period_start and account.phone_hash = account_phone.phone_hash
),

record as (
    select
        period_start, household_key, unit_code, opened_date as since_date, part, shop_code as record_code, delivery_id, row_number,
        true as is_shop, is_active as is_active_shop, false as is_active_buyer, has_e_payment_account
    from shop
    union all
    select
        period_start, household_key, unit_code, registered_date as since_date, part, account_hash as record_code, delivery_id, row_number,
        false as is_shop, false as is_active_shop, is_active as is_active_buyer, has_e_payment_account
    from account_identified
),

final as (
    select
        period_start,
        household_key,
        unit_code,
        bool_or(is_active_shop) over (partition by period_start, household_key) as has_active_shop,
        bool_or(is_active_buyer) over (partition by period_start, household_key) as has_active_buyer,
        bool_or(has_e_payment_account) over (partition by period_start, household_key) as has_e_payment_account
    from record
    qualify row_number() over (
            partition by period_start, household_key
            order by is_shop desc, since_date desc, part asc, record_code asc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
