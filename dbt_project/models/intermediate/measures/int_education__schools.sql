-- One row per active school and month: where it stands, what it teaches, and what the newest survey and submissions say of it. The set
-- is that of the newest school list; a school that answered no survey, or whose answers were rejected, has no yes.
with snapshot as (
    select *
    from {{ ref('int_snapshot_month') }}
    where source_code = 'education'
),

-- The school year told of last, where one round holds answers of two.
answer as (
    select survey.*, snapshot.period_start
    from snapshot
    inner join {{ ref('stg_education__survey') }} as survey on snapshot.part = survey.part and snapshot.as_at = survey.as_at
    where snapshot.dataset = 'survey' and survey.school_year <= {{ school_year('snapshot.period_end') }}
    qualify row_number() over (
            partition by snapshot.period_start, survey.ma_truong
            order by survey.school_year desc, survey.as_at desc, survey.part asc, survey.delivery_id desc, survey.row_number desc
        ) = 1
),

sending as (
    select snapshot.period_start, submissions.ma_truong, bool_or(submissions.is_sent_every_term) as is_sent_every_term
    from snapshot
    inner join {{ ref('int_education__submissions') }} as submissions
        on snapshot.part = submissions.part and snapshot.as_at = submissions.as_at
    where snapshot.dataset = 'submissions'
    group by snapshot.period_start, submissions.ma_truong
),

final as (
    select
        snapshot.period_start,
        snapshot.period_end,
        school.ma_truong,
        school.unit_code,
        school.levels,
        regexp_matches(school.levels, '[1236]') as is_beyond_preschool,
        regexp_matches(school.levels, '[123]') and school.levels not like '%6%' as is_general,
        cast(school.levels like '%1%' as bigint) + cast(school.levels like '%2%' as bigint) + cast(school.levels like '%3%' as bigint)
            as general_level_count,
        coalesce(answer.has_digital_teaching, false) as has_digital_teaching,
        coalesce(answer.uses_named_platform, false) as uses_named_platform,
        coalesce(answer.uses_any_platform, false) as uses_any_platform,
        coalesce(answer.collects_fees, false) as collects_fees,
        -- Activities count over the school year in progress; those of the year before are over.
        coalesce(answer.has_stem and answer.school_year = {{ school_year('snapshot.period_end') }}, false) as has_stem,
        coalesce(answer.has_digital_skills and answer.school_year = {{ school_year('snapshot.period_end') }}, false) as has_digital_skills,
        sending.ma_truong is not null as is_sending,
        coalesce(sending.is_sent_every_term, false) as is_sent_every_term
    from snapshot
    inner join {{ ref('stg_education__schools') }} as school on snapshot.part = school.part and snapshot.as_at = school.as_at
    left join answer on snapshot.period_start = answer.period_start and school.ma_truong = answer.ma_truong
    left join sending on snapshot.period_start = sending.period_start and school.ma_truong = sending.ma_truong
    where snapshot.dataset = 'schools' and school.is_active
)

select * from final
