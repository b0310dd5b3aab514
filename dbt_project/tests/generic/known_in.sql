{# Keys of this model that the model `to` does not hold (a relation over several columns; a null part is not judged). #}
{% test known_in(model, columns, to, to_columns=none) %}
{% set target_columns = to_columns or columns %}
select distinct {{ columns | join(', ') }}
from {{ model }} as child
where {% for column in columns %}child.{{ column }} is not null and {% endfor %}not exists (
    select 1
    from {{ to }} as parent
    where {% for column in columns %}parent.{{ target_columns[loop.index0] }} = child.{{ column }}{{ " and " if not loop.last }}{% endfor %}
)
{% endtest %}
