-- Every name a village goes by on each list: its own, and those of the villages it was made of. One name may be both.
with former as (
    select as_at, unit_code, village_key, unnest(string_split(former_names, ';')) as former_name
    from {{ ref('stg_reference__villages') }}
    where former_names is not null
),

named as (
    select as_at, unit_code, village_key, village_key as name_key, {{ village_plain('village_name') }} as plain_key, false as is_former
    from {{ ref('stg_reference__villages') }}
    union all
    select
        as_at, unit_code, village_key, {{ village_key('former_name') }} as name_key, {{ village_plain('former_name') }} as plain_key,
        true as is_former
    from former
    where trim(former_name) <> ''
),

known as (
    select
        as_at, unit_code, village_key, name_key, min(plain_key) as plain_key,
        not bool_and(is_former) as is_current,
        bool_or(is_former) as is_former
    from named
    group by as_at, unit_code, village_key, name_key
),

final as (
    select
        as_at as list_as_at,
        unit_code,
        village_key,
        name_key,
        plain_key,
        is_current,
        is_former,
        count(*) filter (where is_former) over (partition by as_at, unit_code, village_key) as former_count
    from known
)

select * from final
