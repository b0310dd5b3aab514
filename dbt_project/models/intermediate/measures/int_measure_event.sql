-- What every source counts, in one shape. A new source adds its model here.
with final as (
    select * from {{ ref('int_e_invoices__measures') }}
    union all
    select * from {{ ref('int_e_office__measures') }}
    union all
    select * from {{ ref('int_health_records__measures') }}
    union all
    select * from {{ ref('int_online_public_services__measures') }}
    union all
    select * from {{ ref('int_reference__measures') }}
)

select * from final
