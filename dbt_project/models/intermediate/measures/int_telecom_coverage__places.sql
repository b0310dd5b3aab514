-- What the newest survey of each month says of each place it names (a village, or a former village that is now part of one), with the
-- village of the month's list it belongs to. A signal counts unless all the operator's stations of that technology in the commune are
-- still on trial: what is heard then is the trial. Where the commune has no such station the signal comes from a neighbour's and stands.
with list as (
    select period_start, as_at
    from {{ ref('int_snapshot_month') }}
    where source_code = 'reference' and dataset = 'villages'
),

survey as (
    select period_start, period_end, as_at
    from {{ ref('int_snapshot_month') }}
    where source_code = 'telecom_coverage' and dataset = 'village_survey'
),

place as (
    select
        survey.period_start, survey.period_end, known.unit_code, known.village_key, known.name_key, known.is_current, known.is_former,
        known.former_count, surveyed.* exclude (unit_code)
    from survey
    inner join list on survey.period_start = list.period_start
    inner join {{ ref('stg_telecom_coverage__village_survey') }} as surveyed on survey.as_at = surveyed.as_at
    inner join {{ ref('stg_telecom_coverage__survey_villages') }} as known
        on surveyed.delivery_id = known.delivery_id and surveyed.row_number = known.row_number and list.as_at = known.list_as_at
    -- A place listed twice: the last row stands.
    qualify row_number() over (
            partition by survey.period_start, known.unit_code, known.village_key, known.name_key
            order by surveyed.row_number desc, surveyed.delivery_id desc
        ) = 1
),

station as (
    select snapshot.period_start, station.*
    from {{ ref('int_snapshot_month') }} as snapshot
    inner join {{ ref('stg_telecom_coverage__stations') }} as station on snapshot.as_at = station.as_at
    where snapshot.source_code = 'telecom_coverage' and snapshot.dataset = 'stations'
),

station_technology as (
    select period_start, unit_code, operator, '3g' as technology, is_in_service, is_on_trial
    from station
    where has_3g
    union all
    select period_start, unit_code, operator, '4g' as technology, is_in_service, is_on_trial
    from station
    where has_4g
),

only_trial as (
    select period_start, unit_code, operator, technology
    from station_technology
    group by period_start, unit_code, operator, technology
    having bool_or(is_on_trial) and not bool_or(is_in_service)
),

listed_signal as (
    select period_start, delivery_id, row_number, unit_code, 'viettel' as operator, '3g' as technology, viettel_3g as quality from place
    union all
    select period_start, delivery_id, row_number, unit_code, 'viettel' as operator, '4g' as technology, viettel_4g as quality from place
    union all
    select period_start, delivery_id, row_number, unit_code, 'vnpt' as operator, '3g' as technology, vnpt_3g as quality from place
    union all
    select period_start, delivery_id, row_number, unit_code, 'vnpt' as operator, '4g' as technology, vnpt_4g as quality from place
    union all
    select period_start, delivery_id, row_number, unit_code, 'mobifone' as operator, '3g' as technology, mobifone_3g as quality from place
    union all
    select period_start, delivery_id, row_number, unit_code, 'mobifone' as operator, '4g' as technology, mobifone_4g as quality from place
    union all
    select period_start, delivery_id, row_number, unit_code, 'vietnamobile' as operator, '3g' as technology, vietnamobile_3g as quality from place
    union all
    select period_start, delivery_id, row_number, unit_code, 'vietnamobile' as operator, '4g' as technology, vietnamobile_4g as quality from place
),

signal as (
    select *
    from listed_signal
    where quality in ('tot', 'yeu')
),

served as (
    select
        signal.period_start, signal.delivery_id, signal.row_number,
        bool_or(signal.quality = 'tot' and signal.technology = '3g') as is_covered_3g,
        bool_or(signal.quality = 'tot' and signal.technology = '4g') as is_covered_4g
    from signal
    left join only_trial
        on signal.period_start = only_trial.period_start and signal.unit_code = only_trial.unit_code
            and signal.operator = only_trial.operator and signal.technology = only_trial.technology
    where only_trial.operator is null
    group by signal.period_start, signal.delivery_id, signal.row_number
),

final as (
    select
        place.period_start,
        place.period_end,
        place.unit_code,
        place.village_key,
        place.name_key,
        place.is_current,
        place.is_former,
        place.former_count,
        coalesce(served.is_covered_3g, false) as is_covered_3g,
        coalesce(served.is_covered_4g, false) as is_covered_4g,
        served.row_number is not null as is_covered_or_weak,
        place.household_count,
        place.covered_household_count
    from place
    left join served
        on place.period_start = served.period_start and place.delivery_id = served.delivery_id and place.row_number = served.row_number
)

select * from final
