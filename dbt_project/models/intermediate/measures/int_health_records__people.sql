-- One row per person and month's end, from each part's newest export that is not older than max_age; the same person by citizen number
-- or by insurance tail.
with snapshot as (
    select *
    from {{ ref('int_snapshot_month') }}
    where source_code = 'health_records' and dataset = 'records'
),

record as (
    select snapshot.period_start, records.*
    from snapshot
    inner join {{ ref('stg_health_records__records') }} as records on snapshot.part = records.part and snapshot.as_at = records.as_at
),

-- A record with both identifiers tells which citizen an insurance tail belongs to.
link as (
    select period_start, insurance_hash, min(citizen_hash) as citizen_hash
    from record
    where insurance_hash is not null and citizen_hash is not null
    group by period_start, insurance_hash
),

identified as (
    select record.*, coalesce(record.citizen_hash, link.citizen_hash, record.insurance_hash, record.record_hash) as person_hash
    from record
    left join link on record.period_start = link.period_start and record.insurance_hash = link.insurance_hash
    where record.is_active and record.created_date <= record.as_at
),

-- A person lives where the record that was touched last says.
final as (
    select period_start, person_hash, unit_code, updated_date
    from identified
    qualify row_number() over (
            partition by period_start, person_hash
            order by coalesce(updated_date, created_date) desc, created_date desc, record_hash desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
