-- The newest row of every (procedure, unit, start of validity): the level in force by date, general or of one unit.
with newest as (
    select *
    from {{ ref('base_online_public_services__procedures') }}
    where is_read and (is_general or unit_code is not null)
    qualify row_number() over (
            partition by ma_tthc, coalesce(unit_code, ''), hieu_luc_tu
            order by coalesce(ngay_cap_nhat, received_at) desc, received_at desc, delivery_id desc, row_number desc
        ) = 1
),

final as (
    select
        ma_tthc,
        {{ national_code('ma_tthc') }} as procedure_code,
        unit_code,
        agency_unit_code,
        lower(nfc_normalize(coalesce(cap_thuc_hien, ''))) as tier_text,
        muc_do as service_level,
        hieu_luc_tu as valid_from,
        hieu_luc_den as valid_to,
        trim(lower(nfc_normalize(coalesce(trang_thai, '')))) in ('đang công khai', 'chờ dừng công khai', 'đang kiểm thử') as is_published,
        coalesce(khong_co_ket_qua, false) as has_no_result,
        delivery_id,
        row_number
    from newest
)

select * from final
