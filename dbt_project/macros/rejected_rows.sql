{#
  Rows of a base model whose unit did not resolve: kept with their text and the candidates, so that an alias can revive them. `rule` is the
  SQL of the reason: `unit_rule` of models that use unit_on_dates. A model of such rows is part of `stg_rejected_rows` and no table of its own.
#}
{% macro rejected_rows(source_code, dataset, column_name, condition='unit_code is null', rule="'unit_unresolved'") %}
    {{ config(materialized='ephemeral') }}
    select
        delivery_id,
        '{{ source_code }}' as source_code,
        '{{ dataset }}' as dataset,
        row_number,
        {{ rule }} as rule,
        '{{ column_name }}' as column_name,
        {{ column_name }} as text,
        candidates
    from {{ ref('base_' ~ source_code ~ '__' ~ dataset) }}
    where {{ condition }}
{% endmacro %}

{# Of a source whose rows name no unit: the same columns, never a row. #}
{% macro no_rejected_rows() %}
    {{ config(materialized='ephemeral') }}
    select
        delivery_id, source_code, dataset, cast(null as bigint) as row_number, cast(null as varchar) as rule,
        cast(null as varchar) as column_name, cast(null as varchar) as text, cast(null as varchar) as candidates
    from {{ ref('stg_deliveries') }}
    where false
{% endmacro %}
