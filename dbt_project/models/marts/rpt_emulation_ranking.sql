with final as (
    select *
    from {{ ref('int_emulation_ranking') }}
)

select * from final
