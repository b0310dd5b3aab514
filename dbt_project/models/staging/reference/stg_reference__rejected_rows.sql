-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('reference', 'population', 'ma_xa') }}
)

select * from final
