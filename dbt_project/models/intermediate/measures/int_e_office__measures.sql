-- Work files closed, by the way they were handled; incoming documents with a deadline; communes that reach the communes' target. The tier
-- is the level of the office whose file, document or result it is. A file that is not closed has no day and so counts in no month.
with work_file as (
    select unit_level, unit_code, ngay_ket_thuc, hinh_thuc_xu_ly
    from {{ ref('stg_e_office__work_files') }}
),

work_files_closed as (
    select 'work_files_closed' as measure_code, unit_level, unit_code, ngay_ket_thuc
    from work_file
),

work_files_closed_online as (
    select 'work_files_closed_online' as measure_code, unit_level, unit_code, ngay_ket_thuc
    from work_file
    where hinh_thuc_xu_ly = 'dien_tu'
),

work_files_closed_online_or_mixed as (
    select 'work_files_closed_online_or_mixed' as measure_code, unit_level, unit_code, ngay_ket_thuc
    from work_file
    where hinh_thuc_xu_ly in ('dien_tu', 'hon_hop')
),

communes_with_work_files as (
    select 'communes_with_work_files' as measure_code, unit_code, period_end
    from {{ ref('int_e_office__communes') }}
),

-- The directive's 40 % (II.1.b.2), on integers.
communes_reaching_work_file_target as (
    select 'communes_reaching_work_file_target' as measure_code, unit_code, period_end
    from {{ ref('int_e_office__communes') }}
    where online_count * 100 >= 40 * closed_count
),

counted as (
    select * from work_files_closed
    union all
    select * from work_files_closed_online
    union all
    select * from work_files_closed_online_or_mixed
    union all
    select measure_code, unit_level, unit_code, event_date as ngay_ket_thuc
    from {{ ref('int_e_office__documents') }}
),

flow as (
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
),

reaching as (
    select * from communes_with_work_files
    union all
    select * from communes_reaching_work_file_target
),

-- A commune counts once at each month's end.
state as (
    {{ counted_at_month_end('reaching', tier="'commune'") }}
),

final as (
    select * from flow
    union all
    select * from state
)

select * from final
