-- Receipts and amounts of schools and health facilities by day, and the cashless ones among them, where the unit stands.
with transaction as (
    select sector, unit_code, paid_date, payer, is_advance, is_cashless, receipt_count, own_amount_vnd, insurance_amount_vnd
    from {{ ref('int_cashless_payments__transactions') }}
),

school_paid as (
    select *
    from transaction
    where sector = 'school' and payer = 'nguoi_dan'
),

school_paid_or_subsidised as (
    select *
    from transaction
    where sector = 'school' and payer in ('nguoi_dan', 'nsnn')
),

patient_paid_or_advanced as (
    select *
    from transaction
    where sector = 'health' and payer = 'nguoi_dan'
),

-- An advance is part of what its settlement bills: counted by itself only where the definition says so.
patient_paid as (
    select *
    from patient_paid_or_advanced
    where not is_advance
),

-- The patient's part and the fund's; the fund always pays by transfer, however the patient paid the rest.
treatment as (
    select unit_code, paid_date, is_cashless, own_amount_vnd as amount_vnd
    from patient_paid
    union all
    select unit_code, paid_date, true as is_cashless, insurance_amount_vnd as amount_vnd
    from transaction
    where sector = 'health' and payer in ('nguoi_dan', 'bhxh') and not is_advance
),

school_receipts as (
    select 'school_receipts' as measure_code, unit_code, paid_date, receipt_count as quantity
    from school_paid
),

school_receipts_cashless as (
    select 'school_receipts_cashless' as measure_code, unit_code, paid_date, receipt_count as quantity
    from school_paid
    where is_cashless
),

school_amount_vnd as (
    select 'school_amount_vnd' as measure_code, unit_code, paid_date, own_amount_vnd as quantity
    from school_paid
),

school_amount_cashless_vnd as (
    select 'school_amount_cashless_vnd' as measure_code, unit_code, paid_date, own_amount_vnd as quantity
    from school_paid
    where is_cashless
),

school_amount_with_subsidies_vnd as (
    select 'school_amount_with_subsidies_vnd' as measure_code, unit_code, paid_date, own_amount_vnd as quantity
    from school_paid_or_subsidised
),

school_amount_cashless_with_subsidies_vnd as (
    select 'school_amount_cashless_with_subsidies_vnd' as measure_code, unit_code, paid_date, own_amount_vnd as quantity
    from school_paid_or_subsidised
    where is_cashless
),

patient_receipts as (
    select 'patient_receipts' as measure_code, unit_code, paid_date, receipt_count as quantity
    from patient_paid
),

patient_receipts_cashless as (
    select 'patient_receipts_cashless' as measure_code, unit_code, paid_date, receipt_count as quantity
    from patient_paid
    where is_cashless
),

patient_receipts_with_advances as (
    select 'patient_receipts_with_advances' as measure_code, unit_code, paid_date, receipt_count as quantity
    from patient_paid_or_advanced
),

patient_receipts_with_advances_cashless as (
    select 'patient_receipts_with_advances_cashless' as measure_code, unit_code, paid_date, receipt_count as quantity
    from patient_paid_or_advanced
    where is_cashless
),

patient_amount_vnd as (
    select 'patient_amount_vnd' as measure_code, unit_code, paid_date, own_amount_vnd as quantity
    from patient_paid
),

patient_amount_cashless_vnd as (
    select 'patient_amount_cashless_vnd' as measure_code, unit_code, paid_date, own_amount_vnd as quantity
    from patient_paid
    where is_cashless
),

treatment_amount_vnd as (
    select 'treatment_amount_vnd' as measure_code, unit_code, paid_date, amount_vnd as quantity
    from treatment
),

treatment_amount_cashless_vnd as (
    select 'treatment_amount_cashless_vnd' as measure_code, unit_code, paid_date, amount_vnd as quantity
    from treatment
    where is_cashless
),

counted as (
    select * from school_receipts
    union all
    select * from school_receipts_cashless
    union all
    select * from school_amount_vnd
    union all
    select * from school_amount_cashless_vnd
    union all
    select * from school_amount_with_subsidies_vnd
    union all
    select * from school_amount_cashless_with_subsidies_vnd
    union all
    select * from patient_receipts
    union all
    select * from patient_receipts_cashless
    union all
    select * from patient_receipts_with_advances
    union all
    select * from patient_receipts_with_advances_cashless
    union all
    select * from patient_amount_vnd
    union all
    select * from patient_amount_cashless_vnd
    union all
    select * from treatment_amount_vnd
    union all
    select * from treatment_amount_cashless_vnd
),

final as (
    select measure_code, unit_code, paid_date, cast(sum(quantity) as bigint) as quantity
    from counted
    group by measure_code, unit_code, paid_date
)

select * from final
