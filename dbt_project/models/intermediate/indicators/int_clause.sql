-- The directive's clauses as they are declared.
with final as (
    select *
    from {{ source('definitions', 'clauses') }}
)

select * from final
