{#
  Joins to the rows of `of` (landed_rows: they carry `part` and `units_from`) what the resolver answered for one column that names a unit:
  by the text of its code, its name, its tier and the unit it lies in, as the contract declares them, and by the units in force when the
  delivery closed. A text the resolver was never asked, or could not place, leaves unit_code null.
#}
{% macro resolved_unit(alias, source_code, dataset, column_name, code=none, name=none, tier=none, within=none, of='landed') %}
    left join {{ source('definitions', 'unit_resolution') }} as {{ alias }}
        on {{ alias }}.source_code = '{{ source_code }}' and {{ alias }}.dataset = '{{ dataset }}' and {{ alias }}.column_name = '{{ column_name }}'
            and {{ of }}.units_from = {{ alias }}.units_from
            -- Part '-' (whole province) and '' are the same thing.
            and case when {{ of }}.part = '-' then '' else {{ of }}.part end = {{ alias }}.part
            and {{ spelled_text(of, code) }} = {{ alias }}.code_text
            and {{ name_in_place(of ~ '.' ~ name, of ~ '.' ~ within) if within else spelled_text(of, name) }} = {{ alias }}.name_text
            and {{ spelled_text(of, tier) }} = {{ alias }}.tier_text
{% endmacro %}

{% macro spelled_text(of, column) %}{{ "coalesce(" ~ of ~ "." ~ column ~ ", '')" if column else "''" }}{% endmacro %}

{#
  The unit's columns of a row of dated things (a dossier, a receipt): the unit found, if it is in force at the end of the month of each date.
  A delivery that closes after units have changed names the new ones, which stand in no earlier month, and their codes may have meant others.
  Then unit_code is null, `candidates` says when the unit named is in force, and `unit_rule` why the row is rejected.
#}
{% macro unit_on_dates(alias, dates) %}
    {%- set in_force = unit_in_force(alias, dates) -%}
    case when {{ in_force }} then {{ alias }}.unit_code end as unit_code,
    case when {{ in_force }} then {{ alias }}.unit_level end as unit_level,
    case
        when {{ in_force }} then {{ alias }}.candidates
        else
            {{ alias }}.unit_code
            || coalesce(' từ | from ' || cast({{ alias }}.unit_valid_from as varchar), '')
            || coalesce(' đến | to ' || cast({{ alias }}.unit_valid_to as varchar), '')
    end as candidates,
    case
        when {{ alias }}.unit_code is null then 'unit_unresolved'
        when not {{ in_force }} then 'unit_not_in_force'
    end as unit_rule
{%- endmacro %}

{% macro unit_in_force(alias, dates) -%}
    (
        {%- for date in dates %}
        (
            {{ date }} is null
            or {{ month_end(date) }} between coalesce({{ alias }}.unit_valid_from, {{ month_end(date) }})
                and coalesce({{ alias }}.unit_valid_to, {{ month_end(date) }})
        )
        {%- if not loop.last %} and{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
