{# A test as one query outside a transaction: it reads what stands, and dbt's own would begin and roll back one for each.
   `--store-failures` stores nothing: the warehouse is made anew by every build, and the failing query lies compiled in the target. #}
{% materialization test, adapter="duckdb" %}
  {{ at_once(
      get_test_sql(sql, config.get("fail_calc"), config.get("warn_if"), config.get("error_if"), config.get("limit")),
      fetch=True
  ) }}
  {{ return({"relations": []}) }}
{% endmaterialization %}
