with final as (
    select
        period.directive_code,
        measure_value.measure_code,
        measure_value.tier,
        unit.unit_key,
        unit.unit_code,
        measure_value.period_start,
        measure_value.value_month,
        measure_value.value_to_date
    from {{ ref('int_measure_value') }} as measure_value
    inner join {{ ref('int_period') }} as period on measure_value.period_start = period.period_start
    inner join {{ ref('int_unit_month') }} as unit
        on measure_value.period_start = unit.period_start and measure_value.unit_code = unit.unit_code
)

select * from final
