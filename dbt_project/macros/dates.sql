{# Last day of the month of a date, as DATE. #}
{% macro month_end(column) %}last_day({{ column }}){% endmacro %}

{# A date moved by whole months, as DATE (date + interval is a TIMESTAMP in DuckDB). #}
{% macro add_months(column, months) %}cast({{ column }} + to_months(cast({{ months }} as integer)) as date){% endmacro %}

{# First day of the month, or of the year, as DATE. #}
{% macro month_start(column) %}cast(date_trunc('month', {{ column }}) as date){% endmacro %}
{% macro year_start(column) %}cast(date_trunc('year', {{ column }}) as date){% endmacro %}
