-- Deliveries with their counts after the resolution of units: rows read = landed + rejected + excluded, always.
with unresolved as (
    select delivery_id, cast(count(*) as bigint) as row_count
    from {{ ref('stg_rejected_rows') }}
    group by delivery_id
),

final as (
    select
        delivery.delivery_id,
        delivery.source_code,
        delivery.dataset,
        delivery.part,
        delivery.file_name,
        delivery.window_start,
        delivery.window_end,
        delivery.received_at,
        delivery.sha256,
        delivery.outcome,
        delivery.reason,
        delivery.rows_read,
        delivery.rows_landed - coalesce(unresolved.row_count, 0) as rows_landed,
        delivery.rows_rejected + coalesce(unresolved.row_count, 0) as rows_rejected,
        delivery.rows_excluded
    from {{ ref('stg_deliveries') }} as delivery
    left join unresolved on delivery.delivery_id = unresolved.delivery_id
)

select * from final
