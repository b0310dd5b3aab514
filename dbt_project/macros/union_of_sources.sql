{#
  The union of one model of every source system; `pattern` holds the model's name with SOURCE where the source's code stands. The sources
  are found by their folders (`sources/<source>/source.yml`) and told by whoever runs dbt in LANGSON_SOURCES, so that a new source needs
  no line in any shared model.
#}
{% macro union_of_sources(pattern) %}
    {% for source_code in env_var('LANGSON_SOURCES').split() -%}
    select * from {{ ref(pattern.replace('SOURCE', source_code)) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
{% endmacro %}
