{# Rows for which a stated condition is not true (null counts as broken). #}
{% test holds(model, condition) %}
select *
from {{ model }}
where ({{ condition }}) is not true
{% endtest %}
