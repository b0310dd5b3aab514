"""The whole tree: a parent is its own rows plus its children's, within the tiers, and what is distinct is recounted."""

from pathlib import Path

import duckdb
import pytest

from sources.catalogue import load

pytestmark = pytest.mark.slow
CATALOGUE = load()
ADDED = sorted(code for code, measure in CATALOGUE.measures.items() if measure.rollup == "subtree")
RECOUNTED = sorted(code for code, measure in CATALOGUE.measures.items() if measure.rollup == "recount")


@pytest.fixture(scope="module")
def release(sandbox_release: Path) -> duckdb.DuckDBPyConnection:
    home = sandbox_release
    return duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True)


SUMS = """
    with value as (
        select measure_code, tier, unit_code, period_start, value_month, value_to_date, parent_unit_code, unit_level
        from fct_measure_value join dim_unit using (directive_code, unit_key, unit_code)
        where directive_code = 'lang-son-2022'
    ), below as (
        select measure_code, tier, parent_unit_code as unit_code, period_start, sum(value_month) as value_month,
            sum(value_to_date) as value_to_date, max(value_to_date) as largest
        from value where parent_unit_code is not null group by all
    )
    select coalesce(value.measure_code, below.measure_code) as measure_code, coalesce(value.tier, below.tier) as tier,
        coalesce(value.unit_code, below.unit_code) as unit_code, value.unit_level, value.period_start,
        coalesce(value.value_to_date, 0) as own_total, coalesce(below.value_to_date, 0) as children_total,
        coalesce(below.largest, 0) as largest_child
    from value full join below using (measure_code, tier, unit_code, period_start)
    where value.unit_level is null or value.unit_level in ('province', 'district')"""


def test_what_adds_up_is_never_less_at_a_parent_than_at_its_children(release: duckdb.DuckDBPyConnection) -> None:
    wrong = release.execute(
        f"from ({SUMS}) where list_contains(?, measure_code) and own_total < children_total order by all limit 20",
        [ADDED],
    ).fetchall()
    assert wrong == []


def test_work_of_an_office_below_is_wholly_its_parents(release: duckdb.DuckDBPyConnection) -> None:
    """A tier's rows are made by offices of that level: above it, a parent has no rows of its own to add."""
    wrong = release.execute(
        f"""from ({SUMS}) where list_contains(?, measure_code) and tier in ('department', 'district', 'commune')
        and tier <> coalesce(unit_level, '') and own_total <> children_total order by all limit 20""",
        [ADDED],
    ).fetchall()
    assert wrong == []


def test_what_is_distinct_is_between_the_largest_child_and_their_sum(release: duckdb.DuckDBPyConnection) -> None:
    wrong = release.execute(
        f"""from ({SUMS}) where list_contains(?, measure_code) and tier <> coalesce(unit_level, '')
        and (own_total < largest_child or (tier in ('department', 'commune') and own_total > children_total))
        order by all limit 20""",
        [RECOUNTED],
    ).fetchall()
    assert wrong == []


def test_a_filter_is_never_larger_than_the_set_it_filters(release: duckdb.DuckDBPyConnection) -> None:
    pairs = [(code, measure.part_of) for code, measure in CATALOGUE.measures.items() if measure.part_of]
    assert len(pairs) > 60
    release.execute("create temp table pair (part varchar, whole varchar)")
    release.executemany("insert into pair values (?, ?)", pairs)
    wrong = release.execute(
        """select part, whole, part_value.tier, part_value.unit_code, part_value.period_start, part_value.value_to_date,
            coalesce(whole_value.value_to_date, 0)
        from pair join fct_measure_value as part_value on part_value.measure_code = part
        left join fct_measure_value as whole_value on whole_value.measure_code = whole
            and whole_value.tier = part_value.tier and whole_value.unit_key = part_value.unit_key
            and whole_value.period_start = part_value.period_start
            and whole_value.directive_code = part_value.directive_code
        where part_value.value_to_date > coalesce(whole_value.value_to_date, 0) order by all limit 20"""
    ).fetchall()
    assert wrong == []


def test_every_indicator_is_given_at_every_level_it_declares(release: duckdb.DuckDBPyConnection) -> None:
    missing = release.execute(
        """with declared as (select indicator_code, definition, unnest(levels) as unit_level from dim_indicator),
        given as (
            select distinct value.indicator_code, value.definition, unit.unit_level
            from fct_indicator_value as value join dim_unit as unit using (directive_code, unit_key)
            where value.status in ('computed', 'held'))
        from declared anti join given using (indicator_code, definition, unit_level) order by all"""
    ).fetchall()
    assert missing == []


def test_thirty_seven_of_thirty_seven_have_data(release: duckdb.DuckDBPyConnection) -> None:
    found = release.execute(
        "select count(*), count(*) filter (where with_data) from rpt_coverage where indicator_code is not null"
    ).fetchall()
    assert found == [(37, 37)]


def test_where_the_reading_changes_who_meets_the_target_is_shown(release: duckdb.DuckDBPyConnection) -> None:
    """The variants the directive's words leave open, each beside its headline, and some verdicts do change."""
    readings = {
        ("a4", "qd766"),
        ("a5", "level_3_4_only"),
        ("b2b", "share_of_communes"),
        ("b5", "qd766"),
        ("b6", "level_3_4_only"),
        ("b8", "shop_or_e_payment_account"),
        ("c2", "covered_3g"),
        ("c2", "covered_4g"),
        ("c2", "covered_3g_and_4g"),
        ("c4b", "seven_times"),
        ("d7b2", "insurance_included"),
    }
    shown = set(
        release.execute(
            "select distinct indicator_code, definition from rpt_definition_sensitivity where is_met is not null"
        ).fetchall()
    )
    assert sorted(readings - shown) == []
    changed = release.execute("select count(*) from rpt_definition_sensitivity where is_verdict_changed").fetchall()
    assert changed[0][0] > 0
