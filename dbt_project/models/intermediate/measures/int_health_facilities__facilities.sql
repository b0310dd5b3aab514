-- One row per working facility and month's end, where it stands, with what is true of it that day. What the list, the log and the survey
-- tell of a facility is joined by its code; the list decides which facilities there are.
with listed as (
    select month.period_start, month.period_end, facilities.*
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_health_facilities__facilities') }} as facilities
        on month.part = facilities.part and month.as_at = facilities.as_at
    where month.source_code = 'health_facilities' and month.dataset = 'facilities'
),

-- A link exists from the day it was signed; sessions held in trial before that make none.
link as (
    select ma_cskcb, min(connected_date) as connected_date
    from {{ ref('stg_health_facilities__telehealth') }}
    group by ma_cskcb
),

first_session as (
    select ma_cskcb, {{ year_start('session_month') }} as year_start, min(session_month) as session_month
    from {{ ref('stg_health_facilities__telehealth') }}
    where session_count > 0
    group by ma_cskcb, {{ year_start('session_month') }}
),

answer as (
    select
        month.period_start, survey.ma_cskcb, survey.names_platform,
        survey.has_cashless and survey.deployed_date <= month.period_end as offers_cashless,
        survey.has_cashless_beyond_transfer and survey.deployed_date <= month.period_end as offers_cashless_beyond_transfer
    from {{ ref('int_snapshot_month') }} as month
    inner join {{ ref('stg_health_facilities__payment_survey') }} as survey on month.part = survey.part and month.as_at = survey.as_at
    where month.source_code = 'health_facilities' and month.dataset = 'payment_survey'
),

final as (
    select
        listed.period_start,
        listed.period_end,
        listed.ma_cskcb,
        listed.unit_code,
        listed.is_public,
        listed.has_beds,
        listed.collects_fees,
        listed.is_public and listed.tier_code in (2, 3) as is_province_or_district,
        coalesce(link.connected_date <= listed.period_end, false) as has_connection,
        coalesce(first_session.session_month <= listed.period_end, false) as has_session_this_year,
        coalesce(answer.offers_cashless, false) as offers_cashless,
        coalesce(answer.offers_cashless_beyond_transfer, false) as offers_cashless_beyond_transfer,
        coalesce(answer.names_platform, false) as names_platform
    from listed
    left join link on listed.ma_cskcb = link.ma_cskcb
    left join first_session
        on listed.ma_cskcb = first_session.ma_cskcb and first_session.year_start = {{ year_start('listed.period_end') }}
    left join answer on listed.ma_cskcb = answer.ma_cskcb and listed.period_start = answer.period_start
    where listed.is_active
)

select * from final
