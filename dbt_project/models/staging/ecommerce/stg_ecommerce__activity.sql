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
    where landed.is_read and not exists (
            select 1
            from {{ ref('stg_deliveries') }} as newer
            where newer.source_code = 'ecommerce' and newer.dataset = 'activity' and newer.outcome <> 'refused'
                and newer.part = landed.part and landed.ngay_hoat_dong between newer.window_start and newer.window_end
                and (newer.received_at > landed.received_at or (newer.received_at = landed.received_at and newer.delivery_id > landed.delivery_id))
        )
)

select * from final
