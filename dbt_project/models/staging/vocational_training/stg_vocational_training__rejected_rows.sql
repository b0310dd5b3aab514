-- No row names a unit: institutions belong to the province.
with final as (
    {{ no_rejected_rows() }}
)

select * from final
