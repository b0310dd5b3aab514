-- Landed rows left out because their unit does not resolve: never lost, revived by an alias decided later.
with final as (
    {{ rejected_rows('base_e_office__work_files', 'e_office', 'work_files', 'don_vi', 'unit_code is null') }}
    union all
    {{ rejected_rows('base_online_public_services__dossiers', 'online_public_services', 'dossiers', 'don_vi_xu_ly', 'unit_code is null') }}
    union all
    {{ rejected_rows('base_online_public_services__procedures', 'online_public_services', 'procedures', 'don_vi', 'unit_code is null and not is_general') }}
    union all
    {{ rejected_rows('base_health_records__records', 'health_records', 'records', 'ma_xa', 'unit_code is null') }}
    union all
    {{ rejected_rows('base_e_invoices__tax_register', 'e_invoices', 'tax_register', 'dia_ban', 'unit_code is null') }}
    union all
    {{ rejected_rows('base_reference__population', 'reference', 'population', 'ma_xa', 'unit_code is null') }}
)

select * from final
