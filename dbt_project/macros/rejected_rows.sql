{# Rows of a base model whose unit did not resolve: kept with their text and the candidates, so that an alias can revive them. #}
{% macro rejected_rows(model, source_code, dataset, column_name, condition) %}
    select
        delivery_id,
        '{{ source_code }}' as source_code,
        '{{ dataset }}' as dataset,
        row_number,
        'unit_unresolved' as rule,
        '{{ column_name }}' as column_name,
        {{ column_name }} as text,
        candidates
    from {{ ref(model) }}
    where {{ condition }}
{% endmacro %}
