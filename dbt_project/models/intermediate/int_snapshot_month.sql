-- The closing date each month shows of every snapshot, by sender: the newest standing one up to the month's last day that is younger
-- than the dataset's max_age (what one figure a year shows is said by its own model). A later snapshot never changes an earlier month.
-- A list that names units stands only in months whose unit codes mean what they meant when it closed: nothing of two generations meets.
with final as (
    select
        delivery.source_code,
        delivery.dataset,
        delivery.part,
        month.period_start,
        month.period_end,
        max(delivery.window_end) as as_at
    from {{ ref('stg_deliveries') }} as delivery
    inner join {{ source('definitions', 'datasets') }} as dataset
        on delivery.source_code = dataset.source_code and delivery.dataset = dataset.dataset
            and dataset.kind = 'snapshot' and dataset.state_of = 'month_end'
    inner join {{ ref('int_month') }} as month
        on delivery.window_end <= month.period_end
            and {{ add_months('delivery.window_end', 'coalesce(dataset.max_age_months, 3)') }} > month.period_end
            and (not dataset.names_units or delivery.codes_from = month.codes_from)
    where delivery.outcome = 'standing'
    group by delivery.source_code, delivery.dataset, delivery.part, month.period_start, month.period_end
)

select * from final
