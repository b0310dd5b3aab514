-- Active schools at each month's end, at the place they stand; every numerator is a filter on the schools of that month's list.
with school as (
    select * from {{ ref('int_education__schools') }}
),

schools_active as (
    select 'schools_active' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
),

schools_with_digital_teaching as (
    select 'schools_with_digital_teaching' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where has_digital_teaching
),

schools_active_without_preschool as (
    select 'schools_active_without_preschool' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_beyond_preschool
),

schools_with_digital_teaching_without_preschool as (
    select 'schools_with_digital_teaching_without_preschool' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_beyond_preschool and has_digital_teaching
),

schools_sending_management_data as (
    select 'schools_sending_management_data' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_sending
),

schools_sending_management_data_all_semesters as (
    select 'schools_sending_management_data_all_semesters' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_sent_every_term
),

schools_using_named_platform as (
    select 'schools_using_named_platform' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where uses_named_platform
),

schools_using_any_platform as (
    select 'schools_using_any_platform' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where uses_any_platform
),

schools_collecting_fees as (
    select 'schools_collecting_fees' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where collects_fees
),

general_schools as (
    select 'general_schools' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_general
),

general_schools_with_stem_and_digital_skills as (
    select 'general_schools_with_stem_and_digital_skills' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_general and has_stem and has_digital_skills
),

general_schools_with_stem_or_digital_skills as (
    select 'general_schools_with_stem_or_digital_skills' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_general and (has_stem or has_digital_skills)
),

general_schools_and_continuing_education as (
    select 'general_schools_and_continuing_education' as measure_code, unit_code, period_end, cast(1 as bigint) as quantity
    from school
    where is_beyond_preschool
),

general_schools_and_continuing_education_with_stem_and_digital_skills as (
    select
        'general_schools_and_continuing_education_with_stem_and_digital_skills' as measure_code, unit_code, period_end,
        cast(1 as bigint) as quantity
    from school
    where is_beyond_preschool and has_stem and has_digital_skills
),

general_school_levels as (
    select 'general_school_levels' as measure_code, unit_code, period_end, general_level_count as quantity
    from school
    where is_general
),

general_school_levels_with_stem_and_digital_skills as (
    select 'general_school_levels_with_stem_and_digital_skills' as measure_code, unit_code, period_end, general_level_count as quantity
    from school
    where is_general and has_stem and has_digital_skills
),

counted as (
    select * from schools_active
    union all
    select * from schools_with_digital_teaching
    union all
    select * from schools_active_without_preschool
    union all
    select * from schools_with_digital_teaching_without_preschool
    union all
    select * from schools_sending_management_data
    union all
    select * from schools_sending_management_data_all_semesters
    union all
    select * from schools_using_named_platform
    union all
    select * from schools_using_any_platform
    union all
    select * from schools_collecting_fees
    union all
    select * from general_schools
    union all
    select * from general_schools_with_stem_and_digital_skills
    union all
    select * from general_schools_with_stem_or_digital_skills
    union all
    select * from general_schools_and_continuing_education
    union all
    select * from general_schools_and_continuing_education_with_stem_and_digital_skills
    union all
    select * from general_school_levels
    union all
    select * from general_school_levels_with_stem_and_digital_skills
),

final as (
    {{ counted_at_month_end('counted', quantity='quantity') }}
)

select * from final
