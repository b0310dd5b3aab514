"""What the e-office's counts say twice: the communes' target is the directive's, and the SQL's."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_a_commune_is_judged_by_the_target_of_the_pooled_ratio() -> None:
    indicator = yaml.safe_load((ROOT / "indicators" / "b2b.yml").read_text(encoding="utf-8"))
    (target,) = [item["value"] for item in indicator["targets"] if item["definition"] == "headline"]
    reached, of = target.split("/")
    sql = (ROOT / "dbt_project/models/intermediate/measures/int_e_office__measures.sql").read_text(encoding="utf-8")
    assert f"online_count * {of} >= {reached} * closed_count" in sql
