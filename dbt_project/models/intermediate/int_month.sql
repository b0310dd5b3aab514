-- The months of all directives, each once.
with final as (
    select distinct period_start, period_end
    from {{ ref('int_period') }}
)

select * from final
