-- Rejected rows by delivery and rule: those the door turned away, and those whose unit does not resolve.
with door_rule as (
    select delivery_id, rejected_by_rule, unnest(json_keys(rejected_by_rule)) as rule
    from {{ ref('stg_deliveries') }}
    where rejected_by_rule is not null and rejected_by_rule <> ''
),

door as (
    select delivery_id, rule, cast(json_extract_string(rejected_by_rule, '$.' || rule) as bigint) as row_count
    from door_rule
),

unit as (
    select delivery_id, rule, cast(count(*) as bigint) as row_count
    from {{ ref('stg_rejected_rows') }}
    group by delivery_id, rule
),

gathered as (
    select * from door
    union all
    select * from unit
),

final as (
    select delivery_id, rule, cast(sum(row_count) as bigint) as row_count
    from gathered
    group by delivery_id, rule
)

select * from final
