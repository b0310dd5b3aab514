with directive as (
    select distinct directive_code
    from {{ ref('int_period') }}
),

final as (
    select
        directive.directive_code,
        expected.source_code,
        expected.dataset,
        expected.part,
        expected.window_start,
        expected.window_end,
        expected.due_at,
        expected.received_at,
        expected.outcome
    from {{ ref('int_delivery_expected') }} as expected
    cross join directive
)

select * from final
