-- Declarations of the platform and their goods lines: a row counts unless a newer delivery covers the day its declaration was made. A
-- declaration that an interface lists twice is as its newest update says; one whose vehicles were all removed is none.
with landed as (
    {{ landed_rows('border_gate', 'platform_declarations', ['number_of_declaration', 'goods_id'], {
        'gate_code': 'varchar', 'create_date': 'timestamp', 'update_date': 'timestamp', 'company_tax_code': 'varchar',
        'fee_paying_company_tax_code': 'varchar', 'number_of_vehicles': 'bigint', 'number_of_vehicles_removed': 'bigint',
        'confirm_finish': 'boolean', 'confirm_finish_time': 'timestamp', 'goods_company_tax_code': 'varchar', 'goods_number_hq': 'varchar',
    }) }}
),

standing as (
    select landed.*
    from landed
    where landed.is_read and not {{ covered_by_newer_delivery('border_gate', 'platform_declarations', 'landed', 'cast(landed.create_date as date)') }}
),

-- All rows of a declaration share its row number in the file: the newest listing brings the declaration and its lines together.
newest as (
    select *
    from standing
    qualify dense_rank() over (
            partition by number_of_declaration
            order by update_date desc nulls last, received_at desc, delivery_id desc, row_number desc
        ) = 1
),

final as (
    select
        number_of_declaration,
        goods_id,
        gate_code,
        cast(create_date as date) as declared_date,
        company_tax_code as declarant_tax_code,
        fee_paying_company_tax_code as fee_payer_tax_code,
        goods_company_tax_code as owner_tax_code,
        goods_number_hq as customs_number,
        case when confirm_finish then cast(confirm_finish_time as date) end as finished_date,
        delivery_id,
        row_number
    from newest
    where coalesce(number_of_vehicles, 0) = 0 or number_of_vehicles_removed < number_of_vehicles
)

select * from final
