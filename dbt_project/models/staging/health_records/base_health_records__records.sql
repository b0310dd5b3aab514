-- Every accepted row of the record exports, corrected, with the commune its code resolves to (null: rejected).
with landed as (
    {{ landed_rows('health_records', 'records', ['ma_ho_so'], {
        'so_cccd': 'varchar', 'ma_the_bhyt': 'varchar', 'nam_sinh': 'bigint', 'ma_xa': 'varchar', 'ngay_tao': 'date',
        'ngay_cap_nhat_cuoi': 'date', 'trang_thai': 'varchar',
    }) }}
),

final as (
    select landed.*, resolution.unit_code, resolution.unit_level, resolution.candidates
    from landed
    {{ resolved_unit('resolution', 'health_records', 'records', 'ma_xa', code='ma_xa') }}
)

select * from final
