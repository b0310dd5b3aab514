-- The department's standing lists: one row per closing date, commune and kind of radio as listed.
-- In hand: put to use once, also when it is broken now; not what is still being installed, written off, or of a later year.
with final as (
    select
        window_end as as_at,
        unit_code,
        loai_dai as radio_kind,
        loai_dai = 'so' and tinh_trang in ('dang_su_dung', 'hong') and coalesce(so_cum_loa, 1) >= 1
        and coalesce(nam_dau_tu, year(window_end)) <= year(window_end) as is_digital_in_hand,
        delivery_id,
        row_number
    from {{ ref('base_digital_radio__department_list') }}
    where is_read and unit_code is not null and unit_level = 'commune'
)

select * from final
