-- Every delivery received by as_of and what became of it: standing, superseded or refused (design: kinds of a dataset).
with received as (
    select receipt.*
    from {{ source('landing', 'receipts') }} as receipt
    cross join {{ source('definitions', 'as_of') }} as moment
    where receipt.received_at <= moment.as_of
),

accepted as (
    select *
    from received
    where outcome = 'accepted'
),

-- The newest of the deliveries that say the same thing: a snapshot of one closing date, a register extract of one window.
newest_of_place as (
    select delivery_id
    from accepted
    where kind in ('snapshot', 'register')
    qualify row_number() over (
            partition by source_code, dataset, part, case when kind = 'register' then window_start end, window_end
            order by received_at desc, delivery_id desc
        ) = 1
),

-- An events delivery stands while it is the newest for at least one date of its window.
event_dates as (
    select delivery_id, source_code, dataset, part, received_at, unnest(generate_series(window_start, window_end, interval 1 day)) as covered_at
    from accepted
    where kind = 'events'
),

newest_of_date as (
    select distinct delivery_id
    from (
        select delivery_id
        from event_dates
        qualify row_number() over (partition by source_code, dataset, part, covered_at order by received_at desc, delivery_id desc) = 1
    ) as newest
),

standing as (
    select delivery_id from newest_of_place
    union
    select delivery_id from newest_of_date
),

final as (
    select
        received.delivery_id,
        received.source_code,
        received.dataset,
        received.part,
        received.kind,
        received.file_name,
        received.window_start,
        received.window_end,
        generation.units_from,
        generation.codes_from,
        received.received_at,
        received.sha256,
        received.reason,
        received.rows_read,
        received.rows_landed,
        received.rows_rejected,
        received.rows_excluded,
        received.excluded_by_rule,
        received.rejected_by_rule,
        case
            when received.outcome = 'refused' then 'refused'
            when standing.delivery_id is null then 'superseded'
            else 'standing'
        end as outcome,
        -- Whether its rows are read: those of a register compete row by row, whichever delivery brought them.
        received.outcome = 'accepted' and (standing.delivery_id is not null or received.kind = 'register') as is_read
    from received
    left join standing on received.delivery_id = standing.delivery_id
    -- A list speaks of the units in force on its closing day.
    {{ generation_on('generation', 'received.window_end') }}
)

select * from final
