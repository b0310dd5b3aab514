-- Every accepted receipt of a school, corrected, with its place; `broken_rule` says why a row is rejected.
with landed as (
    {{ landed_rows('cashless_payments', 'school_receipts', ['don_vi', 'so_bien_lai', 'ngay_thu'], {
        'ma_xa': 'varchar', 'loai_khoan': 'varchar', 'hinh_thuc': 'varchar', 'so_tien': 'bigint', 'nguon': 'varchar', 'trang_thai': 'varchar',
    }) }}
),

resolution as (
    {{ unit_resolution('cashless_payments', 'school_receipts', 'ma_xa') }}
),

final as (
    select
        landed.*,
        resolution.unit_code,
        resolution.candidates,
        case when landed.ma_xa is not null and resolution.unit_code is null then 'unit_unresolved' end as broken_rule
    from landed
    left join resolution
        on coalesce(landed.ma_xa, '') = resolution.code_text and resolution.name_text = '' and resolution.tier_text = ''
            and resolution.part = ''
)

select * from final
