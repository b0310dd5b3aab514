-- What schools and health facilities collected, cashless and in all; each school's share; who installed and uses a cashless method.
with flow as (
    select
        measure_code, unit_code, paid_date as event_date, cast(null as date) as end_date, quantity
    from {{ ref('int_cashless_payments__flows') }}
),

school_share_basis_points as (
    select 'school_share_basis_points' as measure_code, unit_code, period_end, whole as quantity
    from {{ ref('int_cashless_payments__shares') }}
),

school_share_basis_points_cashless as (
    select 'school_share_basis_points_cashless' as measure_code, unit_code, period_end, cashless as quantity
    from {{ ref('int_cashless_payments__shares') }}
),

state as (
    select * from school_share_basis_points
    union all
    select * from school_share_basis_points_cashless
),

counted as (
    select * from flow
    union all
    select
        measure_code, unit_code, period_end as event_date, cast(period_end + 1 as date) as end_date, quantity
    from state
),

final as (
    select
        measure_code,
        'place' as tier,
        unit_code,
        event_date,
        end_date,
        cast(null as varchar) as item_key,
        cast(sum(quantity) as bigint) as quantity
    from counted
    group by measure_code, unit_code, event_date, end_date
)

select * from final
