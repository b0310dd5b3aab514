-- Corrections decided by as_of; of two overrides of one cell only the newest decision stays.
with decided as (
    select correction.*
    from {{ source('definitions', 'corrections') }} as correction
    cross join {{ source('definitions', 'as_of') }} as moment
    where cast(correction.decided_at as timestamp) <= moment.as_of
),

final as (
    select source_code, dataset, correction_code, row_key, action, column_name, new_value, reason, cast(decided_at as timestamp) as decided_at
    from decided
    qualify row_number() over (
            partition by source_code, dataset, row_key, action, column_name
            order by cast(decided_at as timestamp) desc, correction_code desc
        ) = 1
)

select * from final
