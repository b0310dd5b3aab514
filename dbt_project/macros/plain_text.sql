{# A text as compared: no accents, no case, runs of white space and marks as one space (NFC and NFD, "Hoà" and "Hòa" are equal). #}
{% macro plain_text(column) %}trim(regexp_replace(strip_accents(replace(lower(nfc_normalize({{ column }})), 'đ', 'd')), '[^a-z0-9/.]+', ' ', 'g')){% endmacro %}
