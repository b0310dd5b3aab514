-- Who used the platform, at which gate, on which day: by part played (owner of the goods, declarant, payer of the vehicle fee). An
-- enterprise is its ten-digit tax code; a branch trades for it.
with declaration as (
    select
        declared_date, finished_date, goods_id, gate_code, customs_number,
        left(owner_tax_code, 10) as owner_tax_code,
        left(declarant_tax_code, 10) as declarant_tax_code,
        left(fee_payer_tax_code, 10) as fee_payer_tax_code
    from {{ ref('stg_border_gate__platform_declarations') }}
),

goods_owner as (
    select 'goods_owners' as part_played, gate_code, owner_tax_code as tax_code, declared_date as used_date
    from declaration
    where owner_tax_code is not null
),

declarant as (
    select 'declarants' as part_played, gate_code, declarant_tax_code as tax_code, declared_date as used_date
    from declaration
    where goods_id is null and declarant_tax_code is not null
),

fee_payer as (
    select 'fee_payers' as part_played, gate_code, fee_payer_tax_code as tax_code, declared_date as used_date
    from declaration
    where goods_id is null and fee_payer_tax_code is not null
),

-- The platform's answer names no gate that the goods really crossed: it is the gate of the customs declaration that the goods line
-- numbers, once the platform confirms that the crossing is finished. A line without a number is not guessed.
goods_owner_at_exit as (
    select
        'goods_owners_exit' as part_played, customs.gate_code, declaration.owner_tax_code as tax_code, declaration.finished_date as used_date
    from declaration
    inner join {{ ref('stg_border_gate__customs_declarations') }} as customs on left(declaration.customs_number, 11) = customs.customs_number
    where declaration.owner_tax_code is not null and declaration.finished_date is not null
),

final as (
    select * from goods_owner
    union
    select * from declarant
    union
    select * from fee_payer
    union
    select * from goods_owner_at_exit
)

select * from final
