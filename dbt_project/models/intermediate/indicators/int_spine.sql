-- Every value that should exist: declared levels x definitions x months of the directive's year up to as_of, before anything is counted;
-- and the baseline, December of the year before, which only an indicator that starts with the directive can have.
with indicator as (
    select *
    from {{ source('definitions', 'indicators') }}
),

final as (
    select
        indicator.directive_code,
        indicator.indicator_code,
        indicator.definition,
        unit.unit_key,
        unit.unit_code,
        unit.unit_level,
        period.period_start,
        period.period_end,
        coalesce(indicator.implemented, false) as is_implemented,
        exists(
            select 1
            from {{ source('definitions', 'exemptions') }} as exemption
            where exemption.directive_code = indicator.directive_code and exemption.indicator_code = indicator.indicator_code
                and exemption.unit_code = unit.unit_code
        ) as is_exempt,
        coalesce(
            case when period.is_baseline then indicator.starts > period.directive_starts else period.period_end < indicator.starts end, false
        ) as is_before_start
    from indicator
    inner join {{ ref('int_period') }} as period on indicator.directive_code = period.directive_code and (period.is_measured or period.is_baseline)
    inner join {{ ref('int_unit_month') }} as unit
        on period.period_start = unit.period_start and list_contains(indicator.levels, unit.unit_level)
)

select * from final
