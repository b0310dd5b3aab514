{# A unit's name together with that of the unit it lies in: the text the resolver was asked (`pipelines.definitions_step.name_in_place`). #}
{% macro name_in_place(name, within) %}
    case
        when coalesce({{ name }}, '') = '' or coalesce({{ within }}, '') = '' then coalesce({{ name }}, '')
        else {{ name }} || ', ' || {{ within }}
    end
{% endmacro %}
