-- Every expected sender and period whose end as_of has reached, with the first delivery that brought it.
with period as (
    select
        expected_part.source_code,
        expected_part.dataset,
        expected_part.part,
        expected_part.kind,
        case
            when expected_part.cadence = 'yearly' then {{ year_start('calendar.period_start') }}
            when expected_part.cadence = 'quarterly' then {{ add_months('calendar.period_start', -2) }}
            else calendar.period_start
        end as window_start,
        {{ month_end('calendar.period_start') }} as window_end,
        calendar.due_at
    from {{ source('definitions', 'expected_parts') }} as expected_part
    inner join {{ source('definitions', 'calendar') }} as calendar
        on expected_part.source_code = calendar.source_code and expected_part.dataset = calendar.dataset
    -- A longer period is due with its last month.
    where
        expected_part.cadence not in ('yearly', 'quarterly')
        or (expected_part.cadence = 'yearly' and month(calendar.period_start) = 12)
        or (expected_part.cadence = 'quarterly' and month(calendar.period_start) in (3, 6, 9, 12))
),

reached as (
    select period.*, moment.as_of
    from period
    cross join {{ source('definitions', 'as_of') }} as moment
    where cast(period.window_start as timestamp) <= moment.as_of
),

arrival as (
    select
        reached.source_code, reached.dataset, reached.part, reached.window_start,
        min(delivery.received_at) filter (where delivery.outcome <> 'refused') as received_at,
        count(*) filter (where delivery.outcome = 'refused') as refused_count
    from reached
    inner join {{ ref('stg_deliveries') }} as delivery
        on reached.source_code = delivery.source_code and reached.dataset = delivery.dataset
            and (delivery.part = reached.part or delivery.part = '-')
            and delivery.window_end >= reached.window_start
            and case when delivery.kind = 'snapshot' then delivery.window_end else delivery.window_start end <= reached.window_end
    group by reached.source_code, reached.dataset, reached.part, reached.window_start
),

final as (
    select
        reached.source_code,
        reached.dataset,
        reached.part,
        reached.window_start,
        reached.window_end,
        reached.due_at,
        arrival.received_at,
        case
            when arrival.received_at <= reached.due_at then 'on_time'
            when arrival.received_at is not null then 'late'
            when arrival.refused_count > 0 then 'refused'
            when reached.due_at < reached.as_of then 'missing'
            else 'not_yet_due'
        end as outcome
    from reached
    left join arrival
        on reached.source_code = arrival.source_code and reached.dataset = arrival.dataset and reached.part = arrival.part
            and reached.window_start = arrival.window_start
)

select * from final
