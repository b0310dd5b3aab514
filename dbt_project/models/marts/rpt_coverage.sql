-- What the directive asks for against what is counted: each indicator, then each clause.
with computed as (
    select directive_code, indicator_code, max(period_start) as latest_period
    from {{ ref('int_indicator_value') }}
    where status = 'computed'
    group by directive_code, indicator_code
),

indicator as (
    select
        headline.directive_code,
        headline.indicator_code,
        headline.clause,
        headline.label_vi,
        headline.label_en,
        coalesce(headline.implemented, false) as is_implemented,
        computed.latest_period
    from {{ ref('int_indicator') }} as headline
    left join computed on headline.directive_code = computed.directive_code and headline.indicator_code = computed.indicator_code
    where headline.is_headline
),

indicator_row as (
    select
        directive_code,
        'indicator' as item_type,
        indicator_code as item_code,
        indicator_code,
        clause,
        label_vi,
        label_en,
        true as declared,
        is_implemented as implemented,
        latest_period is not null as with_data,
        latest_period,
        'indicator' as kind,
        case
            when not is_implemented then 'Chưa có nguồn hoặc phép đếm | No source or measure yet'
            when latest_period is null then 'Chưa tháng nào đủ số liệu | No month has its data yet'
        end as why
    from indicator
),

clause_indicator as (
    select directive_code, clause, unnest(indicator_codes) as indicator_code
    from {{ ref('int_clause') }}
),

clause_state as (
    select
        clause_indicator.directive_code,
        clause_indicator.clause,
        bool_and(indicator.indicator_code is not null) as declared,
        bool_and(coalesce(indicator.is_implemented, false)) as implemented,
        bool_and(indicator.latest_period is not null) as with_data,
        max(indicator.latest_period) as latest_period
    from clause_indicator
    left join indicator
        on clause_indicator.directive_code = indicator.directive_code and clause_indicator.indicator_code = indicator.indicator_code
    group by clause_indicator.directive_code, clause_indicator.clause
),

clause_row as (
    select
        clause.directive_code,
        'clause' as item_type,
        clause.clause as item_code,
        cast(null as varchar) as indicator_code,
        clause.clause,
        clause.text_vi as label_vi,
        clause.text_en as label_en,
        coalesce(clause_state.declared, false) as declared,
        coalesce(clause_state.implemented, false) as implemented,
        coalesce(clause_state.with_data, false) as with_data,
        clause_state.latest_period,
        clause.kind,
        case when clause.why_vi is not null or clause.why_en is not null then coalesce(clause.why_vi, '') || ' | ' || coalesce(clause.why_en, '') end
            as why
    from {{ ref('int_clause') }} as clause
    left join clause_state on clause.directive_code = clause_state.directive_code and clause.clause = clause_state.clause
),

final as (
    select * from indicator_row
    union all
    select * from clause_row
)

select * from final
