-- Reports due and how they were sent, in the month they belong to; the tier is the level of the office that reports.
with report as (
    select * from {{ ref('stg_reporting_system__reports') }}
),

reports_due as (
    select 'reports_due' as measure_code, unit_level, unit_code, period_month
    from report
),

reports_sent_through_system as (
    select 'reports_sent_through_system' as measure_code, unit_level, unit_code, period_month
    from report
    where is_sent_through_system
),

reports_sent_through_system_or_e_office as (
    select 'reports_sent_through_system_or_e_office' as measure_code, unit_level, unit_code, period_month
    from report
    where is_sent_through_system or is_sent_through_e_office
),

counted as (
    select * from reports_due
    union all
    select * from reports_sent_through_system
    union all
    select * from reports_sent_through_system_or_e_office
),

report_regimes_due as (
    select distinct 'report_regimes_due' as measure_code, unit_level, unit_code, period_month, regime_key
    from report
),

-- A regime is reported online once one of its reports is.
report_regimes_reported_online as (
    select distinct 'report_regimes_reported_online' as measure_code, unit_level, unit_code, period_month, regime_key
    from report
    where is_sent_through_system
),

regime as (
    select * from report_regimes_due
    union all
    select * from report_regimes_reported_online
),

final as (
    select
        measure_code,
        unit_level as tier,
        unit_code,
        period_month as event_date,
        cast(null as date) as end_date,
        cast(null as varchar) as item_key,
        cast(count(*) as bigint) as quantity
    from counted
    group by measure_code, unit_level, unit_code, period_month
    union all
    select
        measure_code, unit_level as tier, unit_code, period_month as event_date, cast(null as date) as end_date, regime_key as item_key,
        cast(1 as bigint) as quantity
    from regime
)

select * from final
