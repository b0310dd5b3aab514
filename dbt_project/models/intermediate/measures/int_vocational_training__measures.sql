-- Staff of the vocational institutions at each month's end, and which of them were trained in the year.
with staff as (
    select * from {{ ref('int_vocational_training__staff') }}
),

vocational_staff as (
    select 'vocational_staff' as measure_code, period_start
    from staff
    where is_on_payroll
),

vocational_staff_trained as (
    select 'vocational_staff_trained' as measure_code, period_start
    from staff
    where is_on_payroll and is_trained
),

vocational_staff_at_year_start as (
    select 'vocational_staff_at_year_start' as measure_code, period_start
    from staff
    where is_since_year_start
),

vocational_staff_at_year_start_trained as (
    select 'vocational_staff_at_year_start_trained' as measure_code, period_start
    from staff
    where is_since_year_start and is_trained
),

-- Certified under a number that is on no payroll (a row of no payroll is there for its certificate alone): contractors, those who left, numbers mistyped.
vocational_staff_trained_unmatched as (
    select 'vocational_staff_trained_unmatched' as measure_code, period_start
    from staff
    where not is_on_payroll
),

counted as (
    select * from vocational_staff
    union all
    select * from vocational_staff_trained
    union all
    select * from vocational_staff_at_year_start
    union all
    select * from vocational_staff_at_year_start_trained
    union all
    select * from vocational_staff_trained_unmatched
),

placed as (
    select counted.measure_code, province.unit_code, province.period_end
    from counted
    inner join {{ ref('int_unit_month') }} as province on province.unit_level = 'province' and counted.period_start = province.period_start
),

final as (
    {{ counted_at_month_end('placed') }}
)

select * from final
