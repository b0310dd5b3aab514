-- The target that judges each value: the most specific in force at the month's end (unit, then level, then all), then the newest.
with decided as (
    select target.*
    from {{ source('definitions', 'targets') }} as target
    cross join {{ source('definitions', 'as_of') }} as moment
    where target.decided_at is null or cast(target.decided_at as timestamp) <= moment.as_of
),

headline as (
    select directive_code, indicator_code, definition
    from {{ source('definitions', 'indicators') }}
    where is_headline
),

own_target as (
    select
        directive_code, indicator_code, definition,
        min(coalesce(valid_from, date '1900-01-01')) filter (where unit_level is distinct from 'province') as judged_from
    from decided
    group by directive_code, indicator_code, definition
),

-- A definition without targets of its own is judged by the directive's; the province always is, from when its definition judges at all.
judged as (
    select
        spine.*,
        own_target.judged_from,
        case
            when own_target.definition is null or (spine.unit_level = 'province' and spine.definition <> headline.definition)
                then headline.definition
            else spine.definition
        end as target_definition
    from {{ ref('int_spine') }} as spine
    left join own_target
        on spine.directive_code = own_target.directive_code and spine.indicator_code = own_target.indicator_code
            and spine.definition = own_target.definition
    left join headline on spine.directive_code = headline.directive_code and spine.indicator_code = headline.indicator_code
),

final as (
    select
        judged.directive_code,
        judged.indicator_code,
        judged.definition,
        judged.unit_code,
        judged.period_start,
        target.comparator,
        target.target_numerator,
        target.target_denominator,
        target.source as target_source
    from judged
    inner join decided as target
        on judged.directive_code = target.directive_code and judged.indicator_code = target.indicator_code
            and judged.target_definition = target.definition
            and (target.unit_code is null or target.unit_code = judged.unit_code)
            and (target.unit_level is null or target.unit_level = judged.unit_level)
            and (target.valid_from is null or target.valid_from <= judged.period_end)
            and (target.valid_to is null or target.valid_to >= judged.period_end)
    where judged.judged_from is null or judged.judged_from <= judged.period_end
    qualify row_number() over (
            partition by judged.directive_code, judged.indicator_code, judged.definition, judged.unit_code, judged.period_start
            order by
                case when target.unit_code is not null then 1 when target.unit_level is not null then 2 else 3 end,
                target.valid_from desc nulls last,
                target.decided_at desc nulls last,
                target.target_numerator desc,
                target.target_denominator asc,
                target.source asc
        ) = 1
)

select * from final
