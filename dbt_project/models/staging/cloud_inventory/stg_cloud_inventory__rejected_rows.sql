-- Rows whose owner does not resolve.
with final as (
    {{ rejected_rows('cloud_inventory', 'systems', 'don_vi_chu_quan') }}
)

select * from final
