{#
  Measures of what is there at each month's end, as int_measure_value wants them: a state of one day, since the next month's is counted afresh.
  `counted` has measure_code, unit_code and period_end; `quantity` is what one of its rows counts for, `tier` the SQL of its tier.
#}
{% macro counted_at_month_end(counted, quantity='1', tier="'place'") %}
    select
        measure_code,
        {{ tier }} as tier,
        unit_code,
        period_end as event_date,
        cast(period_end + 1 as date) as end_date,
        cast(null as varchar) as item_key,
        cast(sum({{ quantity }}) as bigint) as quantity
    from {{ counted }}
    group by measure_code, unit_code, period_end{{ "" if tier.startswith("'") else ", " ~ tier }}
{% endmacro %}
