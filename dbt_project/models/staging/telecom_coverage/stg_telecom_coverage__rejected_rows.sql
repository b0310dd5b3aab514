-- Rows whose commune does not resolve, and survey rows whose village is on no list, with the villages of their commune.
with candidate as (
    select unit_code, string_agg(village_name, ';' order by village_name, village_key) as candidates
    from {{ ref('stg_reference__villages') }}
    where as_at = (select max(newest.as_at) from {{ ref('stg_reference__villages') }} as newest)
    group by unit_code
),

village as (
    select
        survey.delivery_id,
        'telecom_coverage' as source_code,
        'village_survey' as dataset,
        survey.row_number,
        'village_unresolved' as rule,
        'ten_thon' as column_name,
        survey.ten_thon as text,
        coalesce(candidate.candidates, '') as candidates
    from {{ ref('base_telecom_coverage__village_survey') }} as survey
    left join candidate on survey.unit_code = candidate.unit_code
    where survey.unit_code is not null
        and not exists (
            select 1
            from {{ ref('stg_telecom_coverage__survey_villages') }} as known
            where known.delivery_id = survey.delivery_id and known.row_number = survey.row_number
        )
),

final as (
    {{ rejected_rows('telecom_coverage', 'village_survey', 'ma_xa') }}
    union all
    {{ rejected_rows('telecom_coverage', 'stations', 'xa', "unit_code is null or unit_level <> 'commune'") }}
    union all
    select * from village
)

select * from final
