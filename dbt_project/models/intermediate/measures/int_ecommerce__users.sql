-- Accounts that did something on a day, as one user over both platforms: by the account's newest telephone, else by the account itself.
with activity as (
    select * from {{ ref('stg_ecommerce__activity') }}
),

account_phone as (
    select part, account_hash, phone_hash
    from activity
    where phone_hash is not null
    qualify row_number() over (partition by part, account_hash order by activity_date desc, delivery_id desc, row_number desc) = 1
),

final as (
    select distinct
        activity.activity_date,
        coalesce(account_phone.phone_hash, activity.part || ':' || activity.account_hash) as user_key
    from activity
    left join account_phone on activity.part = account_phone.part and activity.account_hash = account_phone.account_hash
)

select * from final
