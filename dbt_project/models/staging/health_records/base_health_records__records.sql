-- Every accepted row of the record exports, corrected, with the commune its code resolves to (null: rejected).
with landed as (
    {{ landed_rows('health_records', 'records', ['ma_ho_so'], {
        'so_cccd': 'varchar', 'ma_the_bhyt': 'varchar', 'nam_sinh': 'bigint', 'ma_xa': 'varchar', 'ngay_tao': 'date',
        'ngay_cap_nhat_cuoi': 'date', 'trang_thai': 'varchar',
    }) }}
),

resolution as (
    {{ unit_resolution('health_records', 'records', 'ma_xa') }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    left join resolution
        on coalesce(landed.ma_xa, '') = resolution.code_text and resolution.name_text = '' and resolution.tier_text = ''
            and case when landed.part = '-' then '' else landed.part end = resolution.part
)

select * from final
