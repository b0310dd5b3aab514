{# The one statement of a node, run by itself. dbt's `statement` begins a transaction and writes the SQL to a file once
   more; as compiled it lies in the folder `compiled` of the target anyway. #}
{% macro at_once(sql, fetch=False) %}
  {%- set response, table = adapter.execute(sql, auto_begin=False, fetch=fetch) -%}
  {{ store_result("main", response=response, agate_table=table) }}
{% endmacro %}
