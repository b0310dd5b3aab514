-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('ecommerce', 'shops', 'place_text') }}
    union all
    {{ rejected_rows('ecommerce', 'accounts', 'place_text') }}
)

select * from final
