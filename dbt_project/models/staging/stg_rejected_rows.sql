-- Landed rows left out because their unit does not resolve: never lost, revived by an alias decided later.
with final as (
    {{ union_of_sources('stg_SOURCE__rejected_rows') }}
)

select * from final
