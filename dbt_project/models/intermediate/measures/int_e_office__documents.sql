-- Incoming documents with a deadline, counted in the month of the deadline; those processed in the e-office once the deadline has come and
-- they are processed. So both counts since 1 January speak of the documents whose deadline lies in the year so far, and neither
-- changes when a document is processed later: what is processed after the year of its deadline is not counted.
with due as (
    select unit_level, unit_code, han_xu_ly, ngay_xu_ly, hinh_thuc_xu_ly
    from {{ ref('stg_e_office__documents') }}
    where han_xu_ly is not null
),

incoming_documents_with_deadline as (
    select 'incoming_documents_with_deadline' as measure_code, unit_level, unit_code, han_xu_ly as event_date
    from due
),

incoming_documents_with_deadline_processed_online as (
    select
        'incoming_documents_with_deadline_processed_online' as measure_code, unit_level, unit_code,
        greatest(han_xu_ly, ngay_xu_ly) as event_date
    from due
    where hinh_thuc_xu_ly = 'dien_tu' and ngay_xu_ly is not null and year(greatest(han_xu_ly, ngay_xu_ly)) = year(han_xu_ly)
),

final as (
    select * from incoming_documents_with_deadline
    union all
    select * from incoming_documents_with_deadline_processed_online
)

select * from final
