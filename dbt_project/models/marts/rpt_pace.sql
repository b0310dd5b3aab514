with final as (
    select *
    from {{ ref('int_pace') }}
)

select * from final
