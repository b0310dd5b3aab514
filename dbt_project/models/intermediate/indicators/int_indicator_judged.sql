-- Status by precedence, then the verdict on integers: numerator x target_denominator against target_numerator x denominator. Measured months
-- and the baseline alike.
-- A confirmation that names no definition is of all of them; unit '-' is the whole province.
with confirmed as (
    select distinct spine.directive_code, spine.indicator_code, spine.definition, spine.unit_code, spine.period_start
    from {{ ref('int_spine') }} as spine
    inner join {{ source('definitions', 'confirmations') }} as confirmation
        on spine.indicator_code = confirmation.indicator_code and spine.period_start = confirmation.period_start
            and spine.definition = coalesce(confirmation.definition, spine.definition)
            and spine.unit_code
            = case when spine.unit_level = 'province' and confirmation.unit_code = '-' then spine.unit_code else confirmation.unit_code end
    cross join {{ source('definitions', 'as_of') }} as moment
    where cast(confirmation.decided_at as timestamp) <= moment.as_of and confirmation.what = 'bounds'
),

gathered as (
    select
        spine.*,
        coverage.is_missing,
        coverage.is_final,
        counts.numerator,
        counts.denominator,
        indicator.value_kind,
        indicator.comparator as default_comparator,
        indicator.low_numerator,
        indicator.low_denominator,
        indicator.high_numerator,
        indicator.high_denominator,
        target.comparator as target_comparator,
        target.target_numerator,
        target.target_denominator,
        target.target_source,
        confirmed.indicator_code is not null as is_confirmed
    from {{ ref('int_spine') }} as spine
    inner join {{ source('definitions', 'indicators') }} as indicator
        on spine.directive_code = indicator.directive_code and spine.indicator_code = indicator.indicator_code
            and spine.definition = indicator.definition
    inner join {{ ref('int_coverage') }} as coverage
        on spine.directive_code = coverage.directive_code and spine.indicator_code = coverage.indicator_code
            and spine.definition = coverage.definition and spine.unit_code = coverage.unit_code
            and spine.period_start = coverage.period_start
    left join {{ ref('int_indicator_count') }} as counts
        on spine.directive_code = counts.directive_code and spine.indicator_code = counts.indicator_code
            and spine.definition = counts.definition and spine.unit_code = counts.unit_code and spine.period_start = counts.period_start
    left join {{ ref('int_target') }} as target
        on spine.directive_code = target.directive_code and spine.indicator_code = target.indicator_code
            and spine.definition = target.definition and spine.unit_code = target.unit_code and spine.period_start = target.period_start
    left join confirmed
        on spine.directive_code = confirmed.directive_code and spine.indicator_code = confirmed.indicator_code
            and spine.definition = confirmed.definition and spine.unit_code = confirmed.unit_code
            and spine.period_start = confirmed.period_start
),

-- A bound is judged like a target, on integers; without a denominator there is no value to bound.
bounded as (
    select
        *,
        coalesce(denominator > 0 and numerator * high_denominator > high_numerator * denominator, false) as is_above_bound,
        coalesce(denominator > 0 and numerator * low_denominator < low_numerator * denominator, false) as is_below_bound
    from gathered
),

judged as (
    select
        *,
        case
            when is_exempt then 'not_applicable'
            when is_before_start then 'before_start'
            when is_missing then 'source_missing'
            when (is_above_bound or is_below_bound) and not is_confirmed then 'held'
            when coalesce(denominator, 0) = 0 then 'no_denominator'
            else 'computed'
        end as status
    from bounded
),

final as (
    select
        judged.directive_code,
        judged.indicator_code,
        judged.definition,
        judged.unit_key,
        judged.unit_code,
        judged.unit_level,
        judged.period_start,
        case when judged.status in ('held', 'no_denominator', 'computed') then coalesce(judged.numerator, 0) end as numerator,
        case when judged.status in ('held', 'no_denominator', 'computed') then coalesce(judged.denominator, 0) end as denominator,
        case
            when judged.status in ('held', 'computed') then cast(judged.numerator as double) / cast(judged.denominator as double)
        end as value,
        judged.target_numerator,
        judged.target_denominator,
        judged.target_source,
        coalesce(judged.target_comparator, judged.default_comparator) as comparator,
        case
            when judged.status <> 'computed' or judged.target_numerator is null then cast(null as boolean)
            when coalesce(judged.target_comparator, judged.default_comparator) = '>'
                then judged.numerator * judged.target_denominator > judged.target_numerator * judged.denominator
            else judged.numerator * judged.target_denominator >= judged.target_numerator * judged.denominator
        end as is_met,
        case
            when judged.status in ('held', 'computed')
                then cast(judged.numerator * judged.target_denominator - judged.target_numerator * judged.denominator as double)
                    / cast(judged.denominator * judged.target_denominator as double)
        end as margin,
        judged.status,
        case
            when judged.status <> 'held' then cast(null as varchar)
            when judged.is_above_bound then 'Giá trị vượt giới hạn trên, chờ xác nhận | Value above its upper bound, to be confirmed'
            else 'Giá trị dưới giới hạn dưới, chờ xác nhận | Value below its lower bound, to be confirmed'
        end as held_reason,
        case
            when judged.status in ('held', 'source_missing')
                then case when parent.status = 'computed' then parent.value else parent.last_good_value end
        end as last_good_value,
        coalesce(judged.status in ('held', 'computed') and judged.value_kind = 'ratio' and judged.numerator > judged.denominator, false)
            as above_denominator,
        -- What uses no data cannot change with data still to come; what lacks a delivery is never whole, however late it is.
        case
            when judged.status in ('not_applicable', 'before_start') then 'final'
            when judged.status = 'source_missing' or not judged.is_final then 'provisional'
            else 'final'
        end as data_maturity
    from judged
    left join {{ source('definitions', 'parent_indicator_value') }} as parent
        on judged.directive_code = parent.directive_code and judged.indicator_code = parent.indicator_code
            and judged.definition = parent.definition and judged.unit_key = parent.unit_key and judged.period_start = parent.period_start
)

select * from final
