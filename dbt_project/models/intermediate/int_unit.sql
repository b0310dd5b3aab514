-- Every unit ever in force, for each directive: units of other years stay nameable.
with final as (
    select directive.directive_code, unit.*
    from {{ source('definitions', 'units') }} as unit
    cross join {{ source('definitions', 'directive') }} as directive
)

select * from final
