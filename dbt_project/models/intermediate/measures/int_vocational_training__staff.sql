-- One row per month and member on the payroll on its last day, from the newest staff list; whether a course of the year was certified.
with snapshot as (
    select *
    from {{ ref('int_snapshot_month') }}
    where source_code = 'vocational_training' and dataset = 'staff'
),

payroll as (
    select snapshot.period_start, snapshot.period_end, staff.institution_code, staff.staff_hash, staff.joined_date
    from snapshot
    inner join {{ ref('stg_vocational_training__staff') }} as staff on snapshot.part = staff.part and snapshot.as_at = staff.as_at
    where staff.joined_date <= snapshot.period_end and (staff.left_date is null or staff.left_date > snapshot.period_end)
),

listed_month as (
    select distinct period_start, period_end
    from snapshot
),

-- Certified since 1 January, by the month's last day; a course counts on its last day.
trained as (
    select distinct month.period_start, training.institution_code, training.staff_hash
    from {{ ref('stg_vocational_training__trainings') }} as training
    inner join listed_month as month
        on training.finished_date between {{ year_start('month.period_end') }} and month.period_end
    where training.has_certificate
),

final as (
    select
        coalesce(payroll.period_start, trained.period_start) as period_start,
        coalesce(payroll.institution_code, trained.institution_code) as institution_code,
        coalesce(payroll.staff_hash, trained.staff_hash) as staff_hash,
        payroll.staff_hash is not null as is_on_payroll,
        coalesce(payroll.joined_date <= {{ year_start('payroll.period_end') }}, false) as is_since_year_start,
        trained.staff_hash is not null as is_trained
    from payroll
    full outer join trained
        on payroll.period_start = trained.period_start and payroll.institution_code = trained.institution_code
            and payroll.staff_hash = trained.staff_hash
)

select * from final
