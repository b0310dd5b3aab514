-- The rows of every standing survey whose village is on a list. A cell that only says that there is a signal is as good as the row's verdict.
with known as (
    select distinct delivery_id, row_number
    from {{ ref('stg_telecom_coverage__survey_villages') }}
),

final as (
    select
        survey.window_end as as_at,
        survey.unit_code,
        survey.so_ho as household_count,
        coalesce(survey.so_ho_co_song, 0) as covered_household_count,
        case survey.viettel_3g when 'co' then survey.danh_gia else survey.viettel_3g end as viettel_3g,
        case survey.viettel_4g when 'co' then survey.danh_gia else survey.viettel_4g end as viettel_4g,
        case survey.vnpt_3g when 'co' then survey.danh_gia else survey.vnpt_3g end as vnpt_3g,
        case survey.vnpt_4g when 'co' then survey.danh_gia else survey.vnpt_4g end as vnpt_4g,
        case survey.mobifone_3g when 'co' then survey.danh_gia else survey.mobifone_3g end as mobifone_3g,
        case survey.mobifone_4g when 'co' then survey.danh_gia else survey.mobifone_4g end as mobifone_4g,
        case survey.vietnamobile_3g when 'co' then survey.danh_gia else survey.vietnamobile_3g end as vietnamobile_3g,
        case survey.vietnamobile_4g when 'co' then survey.danh_gia else survey.vietnamobile_4g end as vietnamobile_4g,
        survey.delivery_id,
        survey.row_number
    from {{ ref('base_telecom_coverage__village_survey') }} as survey
    inner join known on survey.delivery_id = known.delivery_id and survey.row_number = known.row_number
    where survey.is_read
)

select * from final
