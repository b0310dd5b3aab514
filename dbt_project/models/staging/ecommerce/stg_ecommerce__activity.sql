-- What accounts did: a row counts unless a newer delivery of its operator covers its date.
with landed as (
    {{ landed_rows('ecommerce', 'activity', ['ma_tai_khoan', 'ngay_hoat_dong', 'hoat_dong'], {'sdt': 'varchar'}) }}
),

final as (
    select
        landed.part,
        landed.ma_tai_khoan as account_hash,
        landed.sdt as phone_hash,
        landed.ngay_hoat_dong as activity_date,
        landed.delivery_id,
        landed.row_number
    from landed
    where landed.is_read and not {{ covered_by_newer_delivery('ecommerce', 'activity', 'landed', 'landed.ngay_hoat_dong') }}
)

select * from final
