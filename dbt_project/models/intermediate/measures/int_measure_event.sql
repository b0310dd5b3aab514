-- What every source counts, in one shape.
with final as (
    {{ union_of_sources('int_SOURCE__measures') }}
)

select * from final
