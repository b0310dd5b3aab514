-- Work files closed, by the way they were handled. The tier is the level of the office whose file it is.
with closed as (
    select unit_level, unit_code, ngay_ket_thuc, hinh_thuc_xu_ly
    from {{ ref('stg_e_office__work_files') }}
    where ngay_ket_thuc is not null
),

work_files_closed as (
    select 'work_files_closed' as measure_code, unit_level, unit_code, ngay_ket_thuc
    from closed
),

work_files_closed_online as (
    select 'work_files_closed_online' as measure_code, unit_level, unit_code, ngay_ket_thuc
    from closed
    where hinh_thuc_xu_ly = 'dien_tu'
),

work_files_closed_online_or_mixed as (
    select 'work_files_closed_online_or_mixed' as measure_code, unit_level, unit_code, ngay_ket_thuc
    from closed
    where hinh_thuc_xu_ly in ('dien_tu', 'hon_hop')
),

counted as (
    select * from work_files_closed
    union all
    select * from work_files_closed_online
    union all
    select * from work_files_closed_online_or_mixed
),

final as (
    select
        measure_code,
        unit_level as tier,
        unit_code,
        ngay_ket_thuc as event_date,
        cast(null as date) as end_date,
        cast(null as varchar) as item_key,
        cast(count(*) as bigint) as quantity
    from counted
    group by measure_code, unit_level, unit_code, ngay_ket_thuc
)

select * from final
