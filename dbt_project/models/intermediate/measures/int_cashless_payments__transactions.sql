-- What was paid, in one shape for receipts and summaries: a row is one receipt, or a unit's month of cashless or of other receipts.
-- Refunds (negative, or paid back), internal transfers and what was never collected or cancelled are left out of counts and of amounts: a
-- refund is not netted, or a card payment refunded in cash would make the cashless amount larger than the whole.
with receipt as (
    select
        'school' as sector, collector_code, unit_code, ngay_thu, is_cashless, nguon, false as is_advance,
        loai_khoan, trang_thai, is_refund, so_tien, so_tien as own_amount_vnd, cast(0 as bigint) as insurance_amount_vnd,
        delivery_id, row_number
    from {{ ref('stg_cashless_payments__school_receipts') }}
    union all
    select
        'health' as sector, collector_code, unit_code, ngay_thu, is_cashless, nguon, loai_khoan = 'tam_ung' as is_advance,
        loai_khoan, trang_thai, is_refund, so_tien,
        -- What the patient bears; a cashier who is paid without a bill of insurance writes only the sum.
        case when t_bntt is null and t_bncct is null then so_tien else coalesce(t_bntt, 0) + coalesce(t_bncct, 0) end as own_amount_vnd,
        -- The fund's share stands on the patient's receipt or on a line of its own, which names the fund as payer.
        coalesce(t_bhtt, case when nguon = 'bhxh' then so_tien else 0 end) as insurance_amount_vnd,
        delivery_id, row_number
    from {{ ref('stg_cashless_payments__health_receipts') }}
),

month_with_receipts as (
    select distinct sector, collector_code, {{ month_start('ngay_thu') }} as month_date
    from receipt
),

-- A unit sends receipts or summaries; of a month for which it sent both, the receipts count.
summary as (
    select summary.*
    from {{ ref('stg_cashless_payments__monthly_summary') }} as summary
    left join month_with_receipts as sent
        on summary.sector = sent.sector and summary.collector_code = sent.collector_code and summary.month_date = sent.month_date
    where sent.collector_code is null
),

place_named as (
    select collector_code, unit_code, ngay_thu as named_date, delivery_id, row_number
    from receipt
    union all
    select collector_code, unit_code, month_date as named_date, delivery_id, row_number
    from {{ ref('stg_cashless_payments__monthly_summary') }}
),

-- A unit stands where its newest row that names a commune says, of those that speak of the same generation of communes, else it is known
-- to the province only.
place as (
    select place_named.collector_code, place_named.unit_code, generation.codes_from
    from place_named
    {{ generation_on('generation', 'place_named.named_date') }}
    where place_named.unit_code is not null
    qualify row_number() over (
            partition by place_named.collector_code, generation.codes_from
            order by place_named.named_date desc, place_named.delivery_id desc, place_named.row_number desc
        ) = 1
),

paid as (
    select
        sector, collector_code, ngay_thu as paid_date, is_cashless, nguon as payer, is_advance,
        cast(case when own_amount_vnd > 0 then 1 else 0 end as bigint) as receipt_count, own_amount_vnd, insurance_amount_vnd
    from receipt
    where trang_thai = 'da_thu' and loai_khoan <> 'noi_bo' and not is_refund
    union all
    select
        sector, collector_code, month_date as paid_date, true as is_cashless, 'nguoi_dan' as payer, false as is_advance,
        sl_kdtm as receipt_count, gt_kdtm as own_amount_vnd, cast(0 as bigint) as insurance_amount_vnd
    from summary
    union all
    select
        sector, collector_code, month_date as paid_date, false as is_cashless, 'nguoi_dan' as payer, false as is_advance,
        sl_giao_dich - sl_kdtm as receipt_count, gt_giao_dich - gt_kdtm as own_amount_vnd, cast(0 as bigint) as insurance_amount_vnd
    from summary
),

province as (
    select distinct unit_code
    from {{ ref('int_unit_month') }}
    where unit_level = 'province'
),

final as (
    select
        paid.sector,
        paid.collector_code,
        coalesce(place.unit_code, province.unit_code) as unit_code,
        paid.paid_date,
        paid.payer,
        paid.is_advance,
        paid.is_cashless,
        cast(sum(paid.receipt_count) as bigint) as receipt_count,
        cast(sum(paid.own_amount_vnd) as bigint) as own_amount_vnd,
        cast(sum(paid.insurance_amount_vnd) as bigint) as insurance_amount_vnd
    from paid
    cross join province
    {{ generation_on('generation', 'paid.paid_date') }}
    left join place on paid.collector_code = place.collector_code and generation.codes_from = place.codes_from
    group by
        paid.sector, paid.collector_code, coalesce(place.unit_code, province.unit_code), paid.paid_date, paid.payer, paid.is_advance,
        paid.is_cashless
)

select * from final
