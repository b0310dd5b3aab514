with final as (
    select
        directive_code,
        unit_key,
        unit_code,
        unit_level,
        label_vi,
        label_en,
        cast(sort_key as varchar) as sort_key,
        parent_unit_code,
        bloc_code,
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to
    from {{ ref('int_unit') }}
)

select * from final
