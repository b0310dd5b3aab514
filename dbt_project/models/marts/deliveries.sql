with directive as (
    select distinct directive_code
    from {{ ref('int_period') }}
),

final as (
    select
        directive.directive_code,
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
        cast(delivery.rows_read as bigint) as rows_read,
        cast(delivery.rows_landed as bigint) as rows_landed,
        cast(delivery.rows_rejected as bigint) as rows_rejected,
        cast(delivery.rows_excluded as bigint) as rows_excluded
    from {{ ref('int_delivery') }} as delivery
    cross join directive
)

select * from final
