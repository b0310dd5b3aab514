{#
  Joins the generation of units in force on a day: `units_from` names it, `codes_from` is the day since which every code has meant one unit.
  The first generation also stands for the days before it. Figures of one code meet only within one `codes_from`.
#}
{% macro generation_on(alias, day) %}
    left join {{ source('definitions', 'unit_generation') }} as {{ alias }}
        on {{ day }} >= coalesce({{ alias }}.first_day, {{ day }}) and {{ day }} <= coalesce({{ alias }}.last_day, {{ day }})
{% endmacro %}
