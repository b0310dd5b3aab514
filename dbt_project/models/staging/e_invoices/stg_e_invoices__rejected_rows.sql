-- Rows whose unit does not resolve.
with final as (
    {{ rejected_rows('e_invoices', 'tax_register', 'dia_ban') }}
)

select * from final
