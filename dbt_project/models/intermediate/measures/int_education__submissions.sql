-- Which schools had sent data through management software by each report's day: at least once in the school year in progress, and in
-- every term of it that was over. A school year begins on 1 September; its terms take data to the end of January and of June. A report
-- shows only the last day of each kind of data, so earlier reports of the same school year tell of the terms before.
with sent as (
    select part, as_at, ma_truong, staff_sent_date as sent_date
    from {{ ref('stg_education__submissions') }}
    where partner is not null and staff_sent_date is not null
    union
    select part, as_at, ma_truong, classes_sent_date as sent_date
    from {{ ref('stg_education__submissions') }}
    where partner is not null and classes_sent_date is not null
    union
    select part, as_at, ma_truong, pupils_sent_date as sent_date
    from {{ ref('stg_education__submissions') }}
    where partner is not null and pupils_sent_date is not null
),

report as (
    select
        part,
        as_at,
        make_date(school_year, 9, 1) as year_start,
        make_date(school_year + 1, 1, 31) as first_term_end,
        make_date(school_year + 1, 6, 30) as second_term_end
    from (
        select distinct part, as_at, {{ school_year('as_at') }} as school_year
        from {{ ref('stg_education__submissions') }}
    ) as closing
),

final as (
    select
        report.part,
        report.as_at,
        sent.ma_truong,
        (report.as_at < report.first_term_end or bool_or(sent.sent_date <= report.first_term_end))
        and (
            report.as_at < report.second_term_end
            or bool_or(sent.sent_date > report.first_term_end and sent.sent_date <= report.second_term_end)
        ) as is_sent_every_term
    from report
    inner join sent
        on report.part = sent.part and sent.as_at >= report.year_start and sent.as_at <= report.as_at
            and sent.sent_date >= report.year_start and sent.sent_date <= report.as_at
    group by report.part, report.as_at, report.first_term_end, report.second_term_end, sent.ma_truong
)

select * from final
