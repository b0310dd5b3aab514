-- Communes that closed work files since 1 January, at each month's end: how many, and how many of them online.
with month as (
    -- Since January, or since the codes of communes mean what they mean now.
    select period_start, period_end, greatest({{ year_start('period_end') }}, codes_from) as year_start
    from {{ ref('int_month') }}
),

work_file as (
    select unit_code, ngay_ket_thuc, hinh_thuc_xu_ly
    from {{ ref('stg_e_office__work_files') }}
    where ngay_ket_thuc is not null and unit_level = 'commune'
),

final as (
    select
        month.period_start,
        month.period_end,
        work_file.unit_code,
        cast(count(*) as bigint) as closed_count,
        cast(count(*) filter (where work_file.hinh_thuc_xu_ly = 'dien_tu') as bigint) as online_count
    from month
    inner join work_file on work_file.ngay_ket_thuc between month.year_start and month.period_end
    group by month.period_start, month.period_end, work_file.unit_code
)

select * from final
