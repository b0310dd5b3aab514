{# The year in which a day's school year began: on 1 September. #}
{% macro school_year(column) %}case when month({{ column }}) >= 9 then year({{ column }}) else year({{ column }}) - 1 end{% endmacro %}
