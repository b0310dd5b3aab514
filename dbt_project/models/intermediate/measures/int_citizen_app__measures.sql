-- Accounts of people of 15 and over at each month's end, where the app says they live. Counters are cumulative and go down after a
-- clean-up: a month shows its own snapshot, so that a lower count later changes no month before.
with account as (
    select month.period_end, accounts.unit_code, accounts.registered_count, accounts.activated_count, accounts.active_count
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_citizen_app__accounts') }} as accounts on month.part = accounts.part and month.as_at = accounts.as_at
    where month.source_code = 'citizen_app' and month.dataset = 'accounts' and accounts.age_group <> '0-14'
),

counted as (
    select 'people_15_and_over_with_activated_app_account' as measure_code, unit_code, period_end, activated_count as quantity
    from account
    union all
    select 'people_15_and_over_with_app_installed' as measure_code, unit_code, period_end, registered_count as quantity
    from account
    union all
    select 'people_15_and_over_active_in_app' as measure_code, unit_code, period_end, active_count as quantity
    from account
),

final as (
    {{ counted_at_month_end('counted', quantity='quantity') }}
)

select * from final
