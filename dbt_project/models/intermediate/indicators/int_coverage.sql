-- For every value: whether a part it rests on is missing past its grace, and whether every month used is past its grace (final).
with part_need as (
    select
        need.directive_code, need.indicator_code, need.definition, need.tiers, need.period_start, part_month.part,
        bool_or(
            case
                when part_month.kind = 'snapshot'
                    then part_month.newest_as_at is null
                        or {{ add_months('part_month.newest_as_at', 'need.max_age_months') }} <= part_month.state_date
                else not part_month.is_covered and part_month.is_past_grace
            end
        ) as is_missing
    from {{ ref('int_indicator_need') }} as need
    inner join {{ ref('int_part_month') }} as part_month
        on need.source_code = part_month.source_code and need.dataset = part_month.dataset
            and part_month.period_start <= need.last_month
            and part_month.period_start >= case
                -- A state is that of its month alone; a yearly list is asked for once.
                when part_month.kind = 'snapshot' or part_month.cadence = 'yearly' then need.last_month
                else need.first_month
            end
    group by need.directive_code, need.indicator_code, need.definition, need.tiers, need.period_start, part_month.part
),

tier_need as (
    select directive_code, indicator_code, definition, period_start, part, is_missing, unnest(tiers) as tier
    from part_need
),

unit_missing as (
    select
        tier_need.directive_code, tier_need.indicator_code, tier_need.definition, tier_need.period_start, part_unit.unit_code,
        bool_or(tier_need.is_missing) as is_missing
    from tier_need
    inner join {{ ref('int_part_unit') }} as part_unit
        on tier_need.part = part_unit.part and tier_need.tier = part_unit.tier and tier_need.period_start = part_unit.period_start
    group by tier_need.directive_code, tier_need.indicator_code, tier_need.definition, tier_need.period_start, part_unit.unit_code
),

dataset_due as (
    select source_code, dataset, kind, cadence, period_start, bool_and(is_past_grace) as is_past_grace
    from {{ ref('int_part_month') }}
    group by source_code, dataset, kind, cadence, period_start
),

maturity as (
    select need.directive_code, need.indicator_code, need.definition, need.period_start, bool_and(dataset_due.is_past_grace) as is_final
    from {{ ref('int_indicator_need') }} as need
    inner join dataset_due
        on need.source_code = dataset_due.source_code and need.dataset = dataset_due.dataset
            and dataset_due.period_start <= need.last_month
            and dataset_due.period_start >= case
                when dataset_due.kind = 'snapshot' or dataset_due.cadence = 'yearly' then need.last_month
                else need.first_month
            end
    group by need.directive_code, need.indicator_code, need.definition, need.period_start
),

final as (
    select
        spine.directive_code,
        spine.indicator_code,
        spine.definition,
        spine.unit_code,
        spine.period_start,
        not spine.is_implemented or coalesce(unit_missing.is_missing, false) as is_missing,
        coalesce(maturity.is_final, false) as is_final
    from {{ ref('int_spine') }} as spine
    left join unit_missing
        on spine.directive_code = unit_missing.directive_code and spine.indicator_code = unit_missing.indicator_code
            and spine.definition = unit_missing.definition and spine.unit_code = unit_missing.unit_code
            and spine.period_start = unit_missing.period_start
    left join maturity
        on spine.directive_code = maturity.directive_code and spine.indicator_code = maturity.indicator_code
            and spine.definition = maturity.definition and spine.period_start = maturity.period_start
)

select * from final
