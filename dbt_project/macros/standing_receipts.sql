{#
  The receipts of one cashless dataset that stand: a row counts unless a newer delivery covers its day; the same receipt twice is one. A
  refund may carry the number and day of the receipt it pays back, so it is no repetition of it. `own` are columns this dataset alone has.
#}
{% macro standing_receipts(dataset, own=[]) %}
with standing as (
    select received.*, received.so_tien < 0 or received.loai_khoan = 'hoan' as is_refund
    from {{ ref('base_cashless_payments__' ~ dataset) }} as received
    where received.is_read and received.broken_rule is null
        and not {{ covered_by_newer_delivery('cashless_payments', dataset, 'received', 'received.ngay_thu') }}
),

final as (
    select
        don_vi as collector_code,
        unit_code,
        so_bien_lai,
        ngay_thu,
        loai_khoan,
        coalesce(hinh_thuc in ('CK', 'POS', 'QR', 'VI', 'THE_KCB'), false) as is_cashless,
        so_tien,
        nguon,
        trang_thai,
        is_refund,
        {% for column in own -%}
        {{ column }},
        {% endfor -%}
        delivery_id,
        row_number
    from standing
    qualify row_number() over (
            partition by don_vi, so_bien_lai, ngay_thu, is_refund
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
{% endmacro %}
