{# National code of a procedure: its first two dot-groups (1.001234.000.00.00.H37 is 1.001234), so codes with and without suffix join. #}
{% macro national_code(column) %}split_part({{ column }}, '.', 1) || '.' || split_part({{ column }}, '.', 2){% endmacro %}
