-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('health_records', 'records', 'ma_xa') }}
)

select * from final
