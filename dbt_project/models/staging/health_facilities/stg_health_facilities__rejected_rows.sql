-- Facilities that stand nowhere known: neither the commune nor the district resolves.
with final as (
    {{ rejected_rows('health_facilities', 'facilities', 'ma_huyen') }}
)

select * from final
