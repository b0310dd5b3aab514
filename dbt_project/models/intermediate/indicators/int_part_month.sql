-- For every expected sender and month: whether its standing deliveries cover the month, its newest closing date, when the data were due.
with expected as (
    select
        expected_part.source_code, expected_part.dataset, expected_part.part, expected_part.kind, expected_part.cadence,
        month.period_start, month.period_end,
        case when dataset.state_of = 'year_end' then make_date(year(month.period_start), 12, 31) else month.period_end end as state_date,
        dataset.names_units,
        month.codes_from
    from {{ source('definitions', 'expected_parts') }} as expected_part
    inner join {{ source('definitions', 'datasets') }} as dataset
        on expected_part.source_code = dataset.source_code and expected_part.dataset = dataset.dataset
    cross join {{ ref('int_month') }} as month
),

delivery as (
    select *
    from {{ ref('stg_deliveries') }}
    where is_read
),

-- Due with the period the month lies in: a yearly list is due once a year, the three months of a quarterly file with the quarter's last.
due as (
    select expected.source_code, expected.dataset, expected.part, expected.period_start, calendar.due_at
    from expected
    inner join {{ source('definitions', 'calendar') }} as calendar
        on expected.source_code = calendar.source_code and expected.dataset = calendar.dataset
            and case
                -- What a quarterly snapshot says of a month was closed before it, so that is due as ever.
                when expected.kind <> 'snapshot' and expected.cadence = 'quarterly'
                    then calendar.period_start = {{ add_months("cast(date_trunc('quarter', expected.period_start) as date)", 2) }}
                else calendar.period_start <= expected.period_start
            end
    qualify row_number() over (
            partition by expected.source_code, expected.dataset, expected.part, expected.period_start
            order by calendar.period_start desc
        ) = 1
),

-- Delivery of part '-' is of the whole province and stands for every part.
covered_day as (
    select distinct source_code, dataset, part, cast(unnest(generate_series(window_start, window_end, interval 1 day)) as date) as covered_at
    from delivery
    where kind <> 'snapshot'
),

covered_part_day as (
    select expected_part.source_code, expected_part.dataset, expected_part.part, covered_day.covered_at
    from {{ source('definitions', 'expected_parts') }} as expected_part
    inner join covered_day
        on expected_part.source_code = covered_day.source_code and expected_part.dataset = covered_day.dataset
            and expected_part.part = covered_day.part
    union
    select expected_part.source_code, expected_part.dataset, expected_part.part, covered_day.covered_at
    from {{ source('definitions', 'expected_parts') }} as expected_part
    inner join covered_day
        on expected_part.source_code = covered_day.source_code and expected_part.dataset = covered_day.dataset
            and covered_day.part = '-'
),

covered_month as (
    select source_code, dataset, part, {{ month_start('covered_at') }} as period_start, count(*) as covered_days
    from covered_part_day
    group by source_code, dataset, part, {{ month_start('covered_at') }}
),

-- The state a month shows: that of its last day; of one figure a year, that of the year's last day.
state as (
    select
        expected.source_code, expected.dataset, expected.part, expected.period_start,
        max(delivery.window_end) as newest_as_at
    from expected
    inner join delivery
        on expected.source_code = delivery.source_code and expected.dataset = delivery.dataset
            and (delivery.part = expected.part or delivery.part = '-')
            and delivery.window_end <= expected.state_date
            and (not expected.names_units or delivery.codes_from = expected.codes_from)
    where expected.kind = 'snapshot'
    group by expected.source_code, expected.dataset, expected.part, expected.period_start
),

-- A yearly register counts for its year when any delivery reaches into it, or into the twelve months before.
yearly_register as (
    select distinct expected.source_code, expected.dataset, expected.part, expected.period_start
    from expected
    inner join delivery
        on expected.source_code = delivery.source_code and expected.dataset = delivery.dataset
            and (delivery.part = expected.part or delivery.part = '-')
            and delivery.window_start <= make_date(year(expected.period_start), 12, 31)
            and delivery.window_end >= {{ add_months('expected.period_start', -12) }}
    where expected.kind <> 'snapshot' and expected.cadence = 'yearly'
),

final as (
    select
        expected.source_code,
        expected.dataset,
        expected.part,
        expected.kind,
        expected.cadence,
        expected.period_start,
        expected.period_end,
        due.due_at,
        coalesce(due.due_at < moment.as_of, false) as is_past_grace,
        case
            when expected.kind = 'snapshot' then state.newest_as_at is not null
            when expected.cadence = 'yearly' then yearly_register.part is not null
            else coalesce(covered_month.covered_days, 0) = day(expected.period_end)
        end as is_covered,
        state.newest_as_at,
        expected.state_date
    from expected
    cross join {{ source('definitions', 'as_of') }} as moment
    left join due
        on expected.source_code = due.source_code and expected.dataset = due.dataset and expected.part = due.part
            and expected.period_start = due.period_start
    left join covered_month
        on expected.source_code = covered_month.source_code and expected.dataset = covered_month.dataset
            and expected.part = covered_month.part and expected.period_start = covered_month.period_start
    left join state
        on expected.source_code = state.source_code and expected.dataset = state.dataset and expected.part = state.part
            and expected.period_start = state.period_start
    left join yearly_register
        on expected.source_code = yearly_register.source_code and expected.dataset = yearly_register.dataset
            and expected.part = yearly_register.part and expected.period_start = yearly_register.period_start
)

select * from final
