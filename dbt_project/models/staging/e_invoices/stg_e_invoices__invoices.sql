-- The newest row of every invoice: seller, form, series, number.
with landed as (
    {{ landed_rows('e_invoices', 'invoices', ['mst_nguoi_ban', 'ky_hieu_mau_so', 'ky_hieu_hoa_don', 'so_hoa_don'], {
        'ngay_lap': 'date', 'ma_co_quan_thue': 'varchar', 'trang_thai_hoa_don': 'varchar', 'ket_qua_kiem_tra': 'varchar',
        'tinh_chat': 'bigint', 'ky_hieu_mau_so_goc': 'varchar', 'ky_hieu_hoa_don_goc': 'varchar', 'so_hoa_don_goc': 'varchar',
        'ngay_cap_nhat': 'timestamp',
    }) }}
),

newest as (
    select *
    from landed
    where is_read
    qualify row_number() over (
            partition by mst_nguoi_ban, ky_hieu_mau_so, ky_hieu_hoa_don, so_hoa_don
            -- A row that says when its state changed is surer than a list or an XML that does not, whenever that came.
            order by ngay_cap_nhat desc nulls last, received_at desc, delivery_id desc, row_number desc
        ) = 1
),

final as (
    select
        mst_nguoi_ban,
        ky_hieu_mau_so,
        ky_hieu_hoa_don,
        so_hoa_don,
        ngay_lap,
        case
            -- The XML carries no state: an invoice with the tax office's code, or of a series without code (K), was received.
            when ket_qua_kiem_tra is null and trang_thai_hoa_don is null
                then coalesce(ma_co_quan_thue, '') <> '' or ky_hieu_hoa_don like 'K%'
            else coalesce(ket_qua_kiem_tra in ('5', '6', '8'), false) and coalesce(trang_thai_hoa_don, '1') not in ('4', '6')
        end as is_accepted,
        tinh_chat,
        ky_hieu_mau_so_goc,
        ky_hieu_hoa_don_goc,
        so_hoa_don_goc,
        delivery_id,
        row_number
    from newest
)

select * from final
