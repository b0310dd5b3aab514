-- What each value needs: for every definition and month the datasets of its numerator and denominator, and from which month on.
with side as (
    select directive_code, indicator_code, definition, tiers, starts, numerator_measure as measure_code, cast(0 as bigint) as shift_months
    from {{ source('definitions', 'indicators') }}
    where implemented
    union all
    select
        directive_code, indicator_code, definition, tiers, starts, denominator_measure as measure_code,
        coalesce(denominator_shift_months, 0) as shift_months
    from {{ source('definitions', 'indicators') }}
    where implemented
),

dataset as (
    select
        side.directive_code, side.indicator_code, side.definition, side.tiers, side.starts, side.shift_months,
        unnest(measure.datasets) as dataset_name
    from side
    inner join {{ source('definitions', 'measures') }} as measure on side.measure_code = measure.measure_code
),

final as (
    select distinct
        dataset.directive_code,
        dataset.indicator_code,
        dataset.definition,
        dataset.tiers,
        split_part(dataset.dataset_name, '.', 1) as source_code,
        split_part(dataset.dataset_name, '.', 2) as dataset,
        coalesce(contract.max_age_months, 3) as max_age_months,
        period.period_start,
        {{ add_months('period.period_start', 'dataset.shift_months') }} as last_month,
        -- Counts restart each year, and never reach behind the indicator's own start; the baseline counts its whole year.
        greatest(
            {{ year_start(add_months('period.period_start', 'dataset.shift_months')) }},
            case when period.is_measured then {{ month_start(add_months('dataset.starts', 'dataset.shift_months')) }} end
        ) as first_month
    from dataset
    left join {{ source('definitions', 'datasets') }} as contract
        on split_part(dataset.dataset_name, '.', 1) = contract.source_code and split_part(dataset.dataset_name, '.', 2) = contract.dataset
    inner join {{ ref('int_period') }} as period on dataset.directive_code = period.directive_code and (period.is_measured or period.is_baseline)
)

select * from final
