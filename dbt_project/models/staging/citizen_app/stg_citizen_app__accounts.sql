-- Account counts of every standing export, one row per closing date, unit and age group (the last line of a repeated one).
with final as (
    select
        part,
        window_end as as_at,
        unit_code,
        nhom_tuoi as age_group,
        cast(so_tai_khoan_dang_ky as bigint) as registered_count,
        cast(so_tai_khoan_kich_hoat as bigint) as activated_count,
        cast(so_hoat_dong_30_ngay as bigint) as active_count,
        delivery_id,
        row_number
    from {{ ref('base_citizen_app__accounts') }}
    where is_read and unit_code is not null
    qualify row_number() over (
            partition by part, window_end, unit_code, nhom_tuoi
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
