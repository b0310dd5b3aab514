-- The log of links and sessions: one row per facility, upper-level hospital, platform and month.
with landed as (
    {{ landed_rows('health_facilities', 'telehealth', ['ma_cskcb', 'bv_tuyen_tren', 'nen_tang', 'ky'], {
        'ngay_ket_noi': 'date', 'so_ca_hoi_chan': 'bigint',
    }) }}
),

newest as (
    select *
    from landed
    where is_read
    qualify row_number() over (
            partition by ma_cskcb, bv_tuyen_tren, nen_tang, ky
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
),

-- The contract lets only «06/2022» and «Tháng 6/2022» in.
final as (
    select
        ma_cskcb,
        bv_tuyen_tren as upper_hospital,
        nen_tang as platform,
        make_date(
            cast(right(ky, 4) as bigint), cast(regexp_extract(ky, '([0-9]{1,2})[/.-][0-9]{4}$', 1) as bigint), cast(1 as bigint)
        ) as session_month,
        ngay_ket_noi as connected_date,
        coalesce(so_ca_hoi_chan, 0) as session_count,
        delivery_id,
        row_number
    from newest
)

select * from final
