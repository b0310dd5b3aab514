-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('e_office', 'work_files', 'don_vi', rule='unit_rule') }}
    union all
    {{ rejected_rows('e_office', 'documents', 'don_vi', rule='unit_rule') }}
)

select * from final
