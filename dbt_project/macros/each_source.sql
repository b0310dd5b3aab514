{#
  The source systems, in alphabetical order: found by their folders (`sources/<source>/source.yml`), told by whoever runs dbt in
  LANGSON_SOURCES, so that a new source needs no line in any shared model.
#}
{% macro each_source() %}{{ return(env_var('LANGSON_SOURCES').split()) }}{% endmacro %}

{# The union of one model of every source; `pattern` holds the model's name with SOURCE where the source's code stands. #}
{% macro union_of_sources(pattern) %}
    {% for source_code in each_source() -%}
    select * from {{ ref(pattern.replace('SOURCE', source_code)) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
{% endmacro %}
