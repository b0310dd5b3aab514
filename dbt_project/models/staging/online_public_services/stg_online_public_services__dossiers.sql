-- The newest row of every dossier whose unit is known: the latest sync wins. What it leaves empty is taken from the newest row that says
-- it: the portal's register has ten columns and tells neither channel nor procedure, the full record of the same dossier does.
with said as (
    select
        ma_ho_so,
        unit_code,
        unit_level,
        delivery_id,
        row_number,
        {% for column in [
            'ma_tthc', 'kenh_thuc_hien', 'trang_thai_ho_so', 'ngay_tiep_nhan', 'ngay_ket_thuc_xu_ly', 'ngay_tra',
            'ho_so_co_thanh_phan_so_hoa', 'so_thanh_phan', 'so_thanh_phan_so_hoa', 'so_ket_qua_dien_tu',
        ] %}
            first_value({{ column }} ignore nulls) over whole as {{ column }},
        {% endfor %}
        row_number() over newest_first as place
    from {{ ref('base_online_public_services__dossiers') }}
    where is_read and unit_code is not null
    window
        newest_first as (
            partition by ma_ho_so
            order by coalesce(ngay_cap_nhat, received_at) desc, received_at desc, delivery_id desc, row_number desc
        ),
        whole as (
            partition by ma_ho_so
            order by coalesce(ngay_cap_nhat, received_at) desc, received_at desc, delivery_id desc, row_number desc
            rows between unbounded preceding and unbounded following
        )
),

newest as (
    select *
    from said
    where place = 1
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
        -- Received: an accepted status and a date of reception (statuses 1 and 3 are not yet or never received). A register without a
        -- column of statuses lists only what was received.
        ngay_tiep_nhan is not null and coalesce(trang_thai_ho_so, '2') in ('2', '4', '5', '6', '7', '8', '9', '10') as is_received,
        coalesce(ho_so_co_thanh_phan_so_hoa, false) as has_digitised_component,
        coalesce(so_thanh_phan, 0) as component_count,
        coalesce(so_thanh_phan_so_hoa, 0) as digitised_component_count,
        coalesce(so_ket_qua_dien_tu, 0) as electronic_result_count,
        delivery_id,
        row_number
    from newest
)

select * from final
