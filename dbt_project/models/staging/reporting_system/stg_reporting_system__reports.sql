-- The newest state of every report: its unit, its regime, its period; without a named period its deadline.
with readable as (
    select
        *,
        upper(regexp_replace(ma_che_do, '\s', '', 'g')) as regime_code,
        {{ plain_text('ten_bao_cao') }} as plain_name
    from {{ ref('base_reporting_system__reports') }}
    where is_read and unit_code is not null and period_month is not null
),

-- A code left out is the one that the same name, however spelled, has elsewhere; an ad hoc report may have none, then its name stands.
code_of_name as (
    select plain_name, min(regime_code) as regime_code
    from readable
    where regime_code is not null
    group by plain_name
    having count(distinct regime_code) = 1
),

identified as (
    select
        readable.*,
        coalesce(readable.regime_code, code_of_name.regime_code, 'ten: ' || readable.plain_name) as regime_key,
        case when readable.period_kind = 'han_gui' then readable.han_gui end as deadline_key
    from readable
    left join code_of_name on readable.plain_name = code_of_name.plain_name
),

-- The summary of a later quarter knows a later state, even when an earlier quarter's is sent again after it.
newest as (
    select *
    from identified
    qualify row_number() over (
            partition by unit_code, regime_key, period_kind, period_month, deadline_key
            order by window_end desc, received_at desc, delivery_id desc, row_number desc
        ) = 1
),

sent as (
    select
        *,
        -- Returned is not sent, whatever date stands beside it; a state without a date says nothing was sent.
        ngay_gui is not null and coalesce(trang_thai, '') not in ('tra_lai', 'chua_gui') as is_sent
    from newest
),

final as (
    select
        unit_code, unit_level, regime_key, period_kind, period_month, han_gui, loai_bao_cao, is_sent,
        is_sent and coalesce(phuong_thuc, '') = 'he_thong' as is_sent_through_system,
        is_sent and coalesce(phuong_thuc, '') = 'truc_van_ban' as is_sent_through_e_office,
        delivery_id, row_number
    from sent
)

select * from final
