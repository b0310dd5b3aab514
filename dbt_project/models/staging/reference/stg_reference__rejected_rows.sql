-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('reference', 'population', 'ma_xa') }}
    union all
    {{ rejected_rows('reference', 'villages', 'ma_xa') }}
)

select * from final
