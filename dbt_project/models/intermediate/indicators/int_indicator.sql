-- The indicators as they are declared.
with final as (
    select *
    from {{ source('definitions', 'indicators') }}
)

select * from final
