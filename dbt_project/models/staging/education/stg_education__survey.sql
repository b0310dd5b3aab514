-- The answers of every standing round of the survey, one row per part, closing date, school and school year (the last line of a
-- repeated school). A question left open or answered "under way" is no yes. `school_year` is the year in which it began.
with landed as (
    {{ landed_rows('education', 'survey', ['ma_truong', 'nam_hoc'], {
        'co_lms': 'varchar', 'co_hoc_lieu_so': 'varchar', 'nen_tang_su_dung': 'varchar', 'co_stem': 'varchar', 'so_hoat_dong_stem': 'bigint',
        'co_ky_nang_so': 'varchar', 'co_thu_phi': 'varchar',
    }) }}
),

answered as (
    select
        *,
        cast(left(nam_hoc, 4) as bigint) as school_year,
        string_split(coalesce(nen_tang_su_dung, 'khong'), '|') as platforms
    from landed
    where is_read
),

final as (
    select
        part,
        window_end as as_at,
        ma_truong,
        school_year,
        coalesce(co_lms = 'co', false) or coalesce(co_hoc_lieu_so = 'co', false) as has_digital_teaching,
        len(list_filter(platforms, lambda platform: platform not in ('khong', 'khac'))) > 0 as uses_named_platform,
        len(list_filter(platforms, lambda platform: platform <> 'khong')) > 0 as uses_any_platform,
        -- A number says more than a yes: no activity yet is none, whatever was ticked.
        coalesce(so_hoat_dong_stem >= 1, co_stem = 'co', false) as has_stem,
        coalesce(co_ky_nang_so = 'co', false) as has_digital_skills,
        coalesce(co_thu_phi = 'co', false) as collects_fees,
        delivery_id,
        row_number
    from answered
    qualify row_number() over (partition by part, window_end, ma_truong, school_year order by delivery_id desc, row_number desc) = 1
)

select * from final
