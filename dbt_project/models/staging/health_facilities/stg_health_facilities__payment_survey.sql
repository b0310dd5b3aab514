-- The answers of every standing survey: what a facility offers, since when, and whether it names a digital platform. Of a facility that
-- answered twice the last row stands.
with landed as (
    {{ landed_rows('health_facilities', 'payment_survey', ['ma_cskcb'], {
        'co_pos': 'varchar', 'co_qr': 'varchar', 'co_chuyen_khoan': 'varchar', 'co_the_kcb': 'varchar', 'ngay_trien_khai': 'date',
        'nen_tang_so': 'varchar',
    }) }}
),

newest as (
    select *
    from landed
    where is_read
    qualify row_number() over (partition by part, window_end, ma_cskcb order by received_at desc, delivery_id desc, row_number desc) = 1
),

-- A platform is used when one is named: a tick, "không" or "đang triển khai" names none.
worded as (
    select
        *,
        list_filter(
            list_transform(
                regexp_split_to_array(lower(nfc_normalize(coalesce(nen_tang_so, ''))), '[,;/+|&\r\n]+|\sv[aà]\s'),
                lambda word: {{ plain_text('word') }}
            ),
            lambda word: word not in (
                '', '0', '1', 'x', 'co', 'khong', 'khong co', 'khong dung', 'chua', 'chua co', 'chua dung', 'dang trien khai', 'se trien khai'
            )
        ) as platforms
    from newest
),

final as (
    select
        part,
        window_end as as_at,
        ma_cskcb,
        co_pos = 'co' or co_qr = 'co' or co_the_kcb = 'co' or co_chuyen_khoan = 'co' as has_cashless,
        co_pos = 'co' or co_qr = 'co' or co_the_kcb = 'co' as has_cashless_beyond_transfer,
        -- An answer without a day speaks of its own.
        coalesce(ngay_trien_khai, window_end) as deployed_date,
        len(platforms) > 0 as names_platform,
        delivery_id,
        row_number
    from worded
)

select * from final
