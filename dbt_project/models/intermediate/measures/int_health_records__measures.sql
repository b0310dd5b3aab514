-- People with a health record at each month's end, at the place they live.
with person as (
    select people.*, month.period_end
    from {{ ref('int_health_records__people') }} as people
    inner join {{ ref('int_month') }} as month on people.period_start = month.period_start
),

people_with_health_record as (
    select 'people_with_health_record' as measure_code, unit_code, period_end
    from person
),

people_with_health_record_updated_in_year as (
    select 'people_with_health_record_updated_in_year' as measure_code, unit_code, period_end
    from person
    where updated_date >= {{ year_start('period_end') }}
),

counted as (
    select * from people_with_health_record
    union all
    select * from people_with_health_record_updated_in_year
),

final as (
    {{ counted_at_month_end('counted') }}
)

select * from final
