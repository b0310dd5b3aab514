-- The villages of every standing list: one row per closing date, commune and compared name.
with village as (
    select *, {{ village_key('ten_thon') }} as village_key
    from {{ ref('base_reference__villages') }}
    where is_read and unit_code is not null
),

final as (
    select
        window_end as as_at,
        unit_code,
        village_key,
        ten_thon as village_name,
        loai as village_kind,
        so_ho as household_count,
        ten_cu as former_names,
        delivery_id,
        row_number
    from village
    qualify row_number() over (
            partition by window_end, unit_code, village_key
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
