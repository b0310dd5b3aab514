with final as (
    select
        directive_code,
        indicator_code,
        definition,
        cast(is_headline as boolean) as is_headline,
        group_code,
        clause,
        label_vi,
        label_en,
        numerator_measure,
        denominator_measure,
        cast(coalesce(denominator_shift_months, 0) as bigint) as denominator_shift_months,
        numerator_source_code,
        denominator_source_code,
        comparator,
        value_kind,
        period_rule,
        cast(tiers as varchar[]) as tiers,
        cast(levels as varchar[]) as levels,
        cast(starts as date) as starts,
        cast(low_numerator as bigint) as low_numerator,
        cast(low_denominator as bigint) as low_denominator,
        cast(high_numerator as bigint) as high_numerator,
        cast(high_denominator as bigint) as high_denominator,
        cast(coalesce(implemented, false) as boolean) as is_implemented,
        owner,
        note_vi,
        note_en
    from {{ ref('int_indicator') }}
)

select * from final
