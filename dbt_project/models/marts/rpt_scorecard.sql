-- The province's newest computed headline; units met and measured are those of the first level below the province.
with headline as (
    select
        *,
        case
            when list_contains(levels, 'department') then 'department'
            when list_contains(levels, 'district') then 'district'
            when list_contains(levels, 'commune') then 'commune'
        end as measured_level
    from {{ ref('int_indicator') }}
    where is_headline
),

newest as (
    select indicator_value.*
    from {{ ref('int_indicator_value') }} as indicator_value
    inner join headline
        on indicator_value.directive_code = headline.directive_code and indicator_value.indicator_code = headline.indicator_code
            and indicator_value.definition = headline.definition
    where indicator_value.unit_level = 'province' and indicator_value.status = 'computed'
    qualify row_number() over (
            partition by indicator_value.directive_code, indicator_value.indicator_code
            order by indicator_value.period_start desc, indicator_value.unit_key asc
        ) = 1
),

below as (
    select
        newest.directive_code,
        newest.indicator_code,
        count(*) filter (where unit_value.is_met) as units_met,
        count(*) filter (where unit_value.is_met is not null) as units_measured
    from newest
    inner join headline on newest.directive_code = headline.directive_code and newest.indicator_code = headline.indicator_code
    inner join {{ ref('int_indicator_value') }} as unit_value
        on newest.directive_code = unit_value.directive_code and newest.indicator_code = unit_value.indicator_code
            and newest.definition = unit_value.definition and newest.period_start = unit_value.period_start
            and unit_value.unit_level = headline.measured_level
    group by newest.directive_code, newest.indicator_code
),

final as (
    select
        headline.directive_code,
        headline.indicator_code,
        headline.definition,
        newest.unit_key,
        newest.unit_code,
        newest.period_start,
        cast(newest.numerator as bigint) as numerator,
        cast(newest.denominator as bigint) as denominator,
        newest.value,
        cast(newest.target_numerator as bigint) as target_numerator,
        cast(newest.target_denominator as bigint) as target_denominator,
        cast(newest.target_numerator as double) / cast(newest.target_denominator as double) as target,
        coalesce(newest.comparator, headline.comparator) as comparator,
        newest.is_met,
        newest.data_maturity,
        headline.measured_level,
        cast(coalesce(below.units_met, 0) as bigint) as units_met,
        cast(coalesce(below.units_measured, 0) as bigint) as units_measured
    from headline
    left join newest on headline.directive_code = newest.directive_code and headline.indicator_code = newest.indicator_code
    left join below on headline.directive_code = below.directive_code and headline.indicator_code = below.indicator_code
)

select * from final
