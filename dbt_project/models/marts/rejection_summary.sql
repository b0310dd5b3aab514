with directive as (
    select distinct directive_code
    from {{ ref('int_period') }}
),

final as (
    select directive.directive_code, rejection.delivery_id, rejection.rule, rejection.row_count as rows
    from {{ ref('int_rejection') }} as rejection
    cross join directive
    where rejection.row_count > 0
)

select * from final
