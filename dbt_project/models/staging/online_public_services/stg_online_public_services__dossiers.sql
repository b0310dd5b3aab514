-- The newest row of every dossier whose unit is known: the latest sync wins.
with newest as (
    select *
    from {{ ref('base_online_public_services__dossiers') }}
    where is_read and unit_code is not null
    qualify row_number() over (
            partition by ma_ho_so
            order by coalesce(ngay_cap_nhat, received_at) desc, received_at desc, delivery_id desc, row_number desc
        ) = 1
),

final as (
    select
        ma_ho_so,
        {{ national_code('ma_tthc') }} as procedure_code,
        unit_code,
        unit_level,
        coalesce(kenh_thuc_hien, '1') as kenh_thuc_hien,
        trang_thai_ho_so,
        cast(ngay_tiep_nhan as date) as received_date,
        cast(coalesce(ngay_ket_thuc_xu_ly, ngay_tra) as date) as resolved_date,
        -- Received: an accepted status and a date of reception (statuses 1 and 3 are not yet or never received).
        coalesce(ngay_tiep_nhan is not null and trang_thai_ho_so in ('2', '4', '5', '6', '7', '8', '9', '10'), false) as is_received,
        coalesce(ho_so_co_thanh_phan_so_hoa, false) as has_digitised_component,
        coalesce(so_thanh_phan, 0) as component_count,
        coalesce(so_thanh_phan_so_hoa, 0) as digitised_component_count,
        coalesce(so_ket_qua_dien_tu, 0) as electronic_result_count,
        delivery_id,
        row_number
    from newest
)

select * from final
