-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('online_public_services', 'dossiers', 'don_vi_xu_ly', rule='unit_rule') }}
    union all
    {{ rejected_rows('online_public_services', 'procedures', 'don_vi', 'unit_code is null and not is_general') }}
)

select * from final
