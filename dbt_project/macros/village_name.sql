{#
  A village's name as people read it, but for how it was typed: no case, no word for its kind (thôn, khối, tổ dân phố and their short
  forms), đ for ð, single spaces. "Bản" stays: it is as often part of the name.
#}
{% macro village_text(column) %}
    regexp_replace(
        regexp_replace(
            trim(regexp_replace(replace(lower(nfc_normalize({{ column }})), 'ð', 'đ'), '[^\p{L}\p{N}]+', ' ', 'g')),
            '^(thôn|thon|khối phố|khoi pho|khu phố|khu pho|khối|khoi|tổ dân phố|to dan pho|tdp|kp) ', ''
        ),
        '(^| )0+([0-9])', '\1\2', 'g'
    )
{% endmacro %}

{#
  The name as names are compared: the words without their tones, then each word's tone as Telex types it ("nà hoà" and "nà hòa" are both
  "na hoa F F"). Every accent still distinguishes; where in the word the tone was placed does not.
#}
{% macro village_key(column) %}
    {%- set toned = 'àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ' -%}
translate({{ village_text(column) }}, '{{ toned }}', 'aaaaaăăăăăâââââeeeeeêêêêêiiiiioooooôôôôôơơơơơuuuuuưưưưưyyyyy')
|| ' '
|| regexp_replace(translate({{ village_text(column) }}, '{{ toned }}', '{{ 'FSRXJ' * 12 }}'), '[^FSRXJ ]', '', 'g')
{% endmacro %}

{# The name without any accent, for texts typed without Vietnamese. #}
{% macro village_plain(column) %}{{ plain_text(village_text(column)) }}{% endmacro %}
