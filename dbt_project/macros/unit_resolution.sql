{# The resolver's answers for one column of one dataset; part '-' (whole province) and '' are the same thing. #}
{% macro unit_resolution(source_code, dataset, column_name) %}
    select code_text, name_text, tier_text, case when part = '-' then '' else part end as part, unit_code, unit_level, candidates
    from {{ source('definitions', 'unit_resolution') }}
    where source_code = '{{ source_code }}' and dataset = '{{ dataset }}' and column_name = '{{ column_name }}'
{% endmacro %}
