{# Whether a newer delivery of the same sender covers a row's day: of events the newest stands for the dates its window holds. #}
{% macro covered_by_newer_delivery(source_code, dataset, row, day) %}
exists (
            select 1
            from {{ ref('stg_deliveries') }} as newer
            where newer.source_code = '{{ source_code }}' and newer.dataset = '{{ dataset }}' and newer.outcome <> 'refused'
                and newer.part = {{ row }}.part and {{ day }} between newer.window_start and newer.window_end
                and (newer.received_at > {{ row }}.received_at or (newer.received_at = {{ row }}.received_at and newer.delivery_id > {{ row }}.delivery_id))
        )
{%- endmacro %}
