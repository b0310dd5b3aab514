-- Enterprises in the tax register at each month's end, and which of them use e-invoices.
with register as (
    select *
    from {{ ref('int_snapshot_month') }}
    where source_code = 'e_invoices' and dataset = 'tax_register'
),

-- Of type DN, active, not a branch (10 digits and a suffix), managed by a tax office of the province.
enterprise as (
    select register.period_end, taxpayer.mst, taxpayer.unit_code
    from register
    inner join {{ ref('stg_e_invoices__tax_register') }} as taxpayer on register.part = taxpayer.part and register.as_at = taxpayer.as_at
    where taxpayer.loai_nnt = 'DN' and taxpayer.trang_thai = 'hoat_dong' and taxpayer.mst not like '%-%' and taxpayer.office_unit_code is not null
    qualify row_number() over (
            partition by register.period_end, taxpayer.mst
            order by taxpayer.as_at desc, taxpayer.delivery_id desc, taxpayer.row_number desc
        ) = 1
),

-- Only a decision (I_3) says whether it accepts.
first_acceptance as (
    select mst, min(message_date) as accepted_date
    from {{ ref('stg_e_invoices__registrations') }}
    where trang_thai_xac_nhan = 1 and mst not like '%-%'
    group by mst
),

replaced as (
    select distinct mst_nguoi_ban, ky_hieu_mau_so_goc, ky_hieu_hoa_don_goc, so_hoa_don_goc
    from {{ ref('stg_e_invoices__invoices') }}
    where tinh_chat = 1
),

first_invoice as (
    select invoice.mst_nguoi_ban as mst, min(invoice.ngay_lap) as issued_date
    from {{ ref('stg_e_invoices__invoices') }} as invoice
    left join replaced
        on invoice.mst_nguoi_ban = replaced.mst_nguoi_ban and invoice.ky_hieu_mau_so = replaced.ky_hieu_mau_so_goc
            and invoice.ky_hieu_hoa_don = replaced.ky_hieu_hoa_don_goc and invoice.so_hoa_don = replaced.so_hoa_don_goc
    where invoice.is_accepted and replaced.mst_nguoi_ban is null
    group by invoice.mst_nguoi_ban
),

enterprises_active as (
    select 'enterprises_active' as measure_code, unit_code, period_end
    from enterprise
),

enterprises_registered_for_e_invoices as (
    select 'enterprises_registered_for_e_invoices' as measure_code, enterprise.unit_code, enterprise.period_end
    from enterprise
    inner join first_acceptance on enterprise.mst = first_acceptance.mst and first_acceptance.accepted_date <= enterprise.period_end
),

enterprises_issuing_e_invoices as (
    select 'enterprises_issuing_e_invoices' as measure_code, enterprise.unit_code, enterprise.period_end
    from enterprise
    inner join first_invoice on enterprise.mst = first_invoice.mst and first_invoice.issued_date <= enterprise.period_end
),

-- Accepted tax codes that are no active enterprise of the register: a count of its own, so that nothing is silently dropped.
e_invoice_registrations_unmatched as (
    select 'e_invoice_registrations_unmatched' as measure_code, province.unit_code, register.period_end
    from (select distinct period_start, period_end from register) as register
    inner join first_acceptance on first_acceptance.accepted_date <= register.period_end
    inner join {{ ref('int_unit_month') }} as province on register.period_start = province.period_start and province.unit_level = 'province'
    left join enterprise on first_acceptance.mst = enterprise.mst and register.period_end = enterprise.period_end
    where enterprise.mst is null
),

counted as (
    select * from enterprises_active
    union all
    select * from enterprises_registered_for_e_invoices
    union all
    select * from enterprises_issuing_e_invoices
    union all
    select * from e_invoice_registrations_unmatched
),

final as (
    {{ counted_at_month_end('counted') }}
)

select * from final
