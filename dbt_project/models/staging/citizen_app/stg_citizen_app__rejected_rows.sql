-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('citizen_app', 'accounts', 'place_code') }}
)

select * from final
