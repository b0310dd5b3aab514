-- Which village of each list a survey row means: by its name within the commune, a present name before a former one, accents before none.
-- A name that could be two villages' is nobody's; a text that carries accents is never read without them.
with surveyed as (
    select
        delivery_id, row_number, unit_code, {{ village_key('ten_thon') }} as name_key, {{ village_plain('ten_thon') }} as plain_key,
        {{ village_text('ten_thon') }} = {{ village_plain('ten_thon') }} as is_plain
    from {{ ref('base_telecom_coverage__village_survey') }}
    where unit_code is not null
),

hit as (
    select
        surveyed.delivery_id,
        surveyed.row_number,
        known.list_as_at,
        known.unit_code,
        known.village_key,
        known.name_key,
        known.is_current,
        known.is_former,
        known.former_count,
        case when known.name_key = surveyed.name_key then 0 else 2 end + case when known.is_current then 0 else 1 end as distance
    from surveyed
    inner join {{ ref('stg_reference__village_names') }} as known
        on surveyed.unit_code = known.unit_code
            and (
                known.name_key = surveyed.name_key
                or (surveyed.is_plain and known.plain_key = surveyed.plain_key)
            )
),

nearest as (
    select *
    from hit
    qualify distance = min(distance) over (partition by delivery_id, row_number, list_as_at)
),

final as (
    select *
    from nearest
    qualify count(*) over (partition by delivery_id, row_number, list_as_at) = 1
)

select * from final
