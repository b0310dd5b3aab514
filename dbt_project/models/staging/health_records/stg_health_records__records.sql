-- The records of every standing export: one state of the register per part and closing date. All identifiers are hashes.
with final as (
    select
        part,
        window_end as as_at,
        ma_ho_so as record_hash,
        so_cccd as citizen_hash,
        ma_the_bhyt as insurance_hash,
        unit_code,
        ngay_tao as created_date,
        ngay_cap_nhat_cuoi as updated_date,
        coalesce(trang_thai = 'hoat_dong', false) as is_active,
        delivery_id,
        row_number
    from {{ ref('base_health_records__records') }}
    where is_read and unit_code is not null
)

select * from final
