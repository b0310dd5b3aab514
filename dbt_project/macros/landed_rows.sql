{#
  The landed rows of one dataset (every accepted delivery received by as_of), after its decided corrections: action `drop` removes a row,
  `override` replaces one column, `scale` multiplies one column of a whole delivery (row_key "delivery:<id>") by an exact factor where no
  override says more, `flag` changes nothing. A correction's row_key is the texts of the key columns joined by "|". `columns` are the columns an
  override may touch, each with its type; key columns pass unchanged. Of two overrides of one cell the newest decision stands.
#}
{% macro landed_rows(source_code, dataset, key, columns) %}
    select
        {% for column in key -%}
        landed.{{ column }},
        {% endfor -%}
        {% for column, data_type in columns.items() -%}
        case when override.has_{{ column }} then cast(override.new_{{ column }} as {{ data_type }})
            {%- if data_type == 'bigint' or data_type.startswith('decimal') %}
            when scaled.by_{{ column }} is not null then cast(landed.{{ column }} * cast(scaled.by_{{ column }} as decimal(18, 6)) as {{ data_type }})
            {%- endif %} else landed.{{ column }} end as {{ column }},
        {% endfor -%}
        landed._row_number as row_number,
        delivery.delivery_id,
        delivery.part,
        delivery.received_at,
        delivery.window_start,
        delivery.window_end,
        delivery.units_from,
        delivery.is_read
    from (
        select *, {% for column in key %}coalesce(cast({{ column }} as varchar), ''){{ " || '|' || " if not loop.last }}{% endfor %} as row_key
        from {{ source(source_code, dataset) }}
    ) as landed
    inner join {{ ref('stg_deliveries') }} as delivery
        on landed._delivery_id = delivery.delivery_id and delivery.source_code = '{{ source_code }}' and delivery.dataset = '{{ dataset }}'
            and delivery.outcome <> 'refused'
    left join (
        select
            row_key,
            {% for column in columns -%}
            coalesce(bool_or(column_name = '{{ column }}'), false) as has_{{ column }},
            max(case when column_name = '{{ column }}' then new_value end) as new_{{ column }}{{ "," if not loop.last }}
            {% endfor %}
        from {{ ref('stg_corrections') }}
        where source_code = '{{ source_code }}' and dataset = '{{ dataset }}' and action = 'override'
        group by row_key
    ) as override on landed.row_key = override.row_key
    left join (
        select
            row_key,
            {% for column in columns -%}
            max(case when column_name = '{{ column }}' then new_value end) as by_{{ column }}{{ "," if not loop.last }}
            {% endfor %}
        from {{ ref('stg_corrections') }}
        where source_code = '{{ source_code }}' and dataset = '{{ dataset }}' and action = 'scale'
        group by row_key
    ) as scaled on 'delivery:' || landed._delivery_id = scaled.row_key
    where not exists (
        select 1
        from {{ ref('stg_corrections') }} as dropped
        where dropped.source_code = '{{ source_code }}' and dropped.dataset = '{{ dataset }}' and dropped.action = 'drop'
            and dropped.row_key = landed.row_key
    )
{% endmacro %}
