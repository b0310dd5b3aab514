{#
  Counts of this model that no unit of their month receives: the unit named is not in force at the month's end. They stand in no value, so
  they are shown here, by measure, unit and month, and never dropped unseen.
#}
{% test unit_in_force(model) %}
select event.measure_code, event.unit_code, month.period_start, sum(event.quantity) as quantity
from {{ model }} as event
inner join {{ source('definitions', 'measures') }} as measure on event.measure_code = measure.measure_code
inner join {{ ref('int_month') }} as month
    on event.event_date <= month.period_end
        and case
            when measure.accumulation = 'stock' then event.end_date is null or event.end_date > month.period_end
            else event.event_date >= month.period_start
        end
where not exists (
    select 1
    from {{ ref('int_unit_month') }} as unit
    where unit.period_start = month.period_start and unit.unit_code = event.unit_code
)
group by event.measure_code, event.unit_code, month.period_start
{% endtest %}
