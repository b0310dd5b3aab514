"""Every number against the simulated province's own truth: exactly, at two seeds, clean and dirty.

Of the dirty province of seed 2022 these are the numbers of its release; of the others those that dbt built for one.

The truth is counted by the sandbox from its people, firms and offices; it never reads what the pipeline read.
"""

from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow


def truth_table(home: Path, dirt: bool) -> str:
    """SQL of the truth that the deliveries of this home could show."""
    return f"read_parquet('{home}/truth/{'known_truth' if dirt else 'truth'}.parquet')"


def told(rows: list[tuple], names: str) -> str:
    """A difference that can be read: a line a value, at most thirty."""
    return "\n".join([names, *(" | ".join(map(str, row)) for row in rows[:30]), f"({len(rows)} differ)"])


Numbers = tuple[duckdb.DuckDBPyConnection, Path, bool]
"""Where the numbers are, the home with its truth, and whether its deliveries were dirty."""


def built(home: Path, dirt: bool) -> Numbers:
    """The numbers of a home's warehouse."""
    return duckdb.connect(str(home / "warehouse.duckdb"), read_only=True), home, dirt


@pytest.fixture(scope="module", params=["published-dirty", "seed2022-clean"])
def numbers(request: pytest.FixtureRequest) -> Numbers:
    """The release of the dirty province, made by the command line; and the warehouse of the clean one."""
    if request.param == "published-dirty":
        home = request.getfixturevalue("sandbox_release")
        return duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True), home, True
    return built(request.getfixturevalue("sandbox_warehouse")(2022, False), False)


def test_every_measure_of_every_tier_unit_and_month_equals_the_truth(numbers: Numbers) -> None:
    connection, home, dirt = numbers
    differences = connection.execute(f"""
        with published as (
            select measure_code, tier, unit_code, period_start, value_month, value_to_date from fct_measure_value
        ), known as (from {truth_table(home, dirt)})
        select measure_code, tier, unit_code, period_start,
            coalesce(known.value_month, 0), coalesce(published.value_month, 0),
            coalesce(known.value_to_date, 0), coalesce(published.value_to_date, 0)
        from published full join known using (measure_code, tier, unit_code, period_start)
        where coalesce(known.value_to_date, 0) <> coalesce(published.value_to_date, 0)
            or coalesce(known.value_month, 0) <> coalesce(published.value_month, 0)
        order by all""").fetchall()
    names = "measure | tier | unit | month | true month | published month | true to date | published to date"
    assert differences == [], told(differences, names)


def test_every_numerator_and_denominator_equals_the_truth(numbers: Numbers) -> None:
    connection, home, dirt = numbers
    differences = connection.execute(f"""
        with truth as (from {truth_table(home, dirt)}),
        expected as (
            select fact.indicator_code, fact.definition, fact.unit_code, fact.period_start, fact.status,
                fact.numerator, fact.denominator,
                coalesce((select sum(value_to_date) from truth where measure_code = dim.numerator_measure
                    and unit_code = fact.unit_code and period_start = fact.period_start
                    and list_contains(dim.tiers, tier)), 0) as true_numerator,
                -- A multiple compares with the same months of the year before.
                coalesce((select sum(value_to_date) from truth where measure_code = dim.denominator_measure
                    and unit_code = fact.unit_code and period_start = case when dim.value_kind = 'multiple'
                        then cast(fact.period_start - interval 1 year as date) else fact.period_start end
                    and list_contains(dim.tiers, tier)), 0) as true_denominator
            from fct_indicator_value as fact
            join dim_indicator as dim using (directive_code, indicator_code, definition)
            where fact.status in ('computed', 'held', 'no_denominator')
        )
        from expected
        where numerator is distinct from true_numerator or denominator is distinct from true_denominator
        order by all""").fetchall()
    names = "indicator | definition | unit | month | status | numerator | denominator | true ones"
    assert differences == [], told(differences, names)


def test_nothing_implemented_is_missing_once_every_delivery_came(numbers: Numbers) -> None:
    connection, _, _ = numbers
    missing = connection.execute("""
        select distinct indicator_code, definition, period_start, unit_code from fct_indicator_value
        join dim_indicator using (directive_code, indicator_code, definition)
        where status = 'source_missing'
            and (indicator_code, definition) in (
                select indicator_code, definition from fct_indicator_value where status = 'computed')
        order by all""").fetchall()
    assert missing == [], told(missing, "indicator | definition | month | unit")


def test_no_row_disappears(numbers: Numbers) -> None:
    connection, _, _ = numbers
    lost = connection.execute(
        "select delivery_id from deliveries where rows_read <> rows_landed + rows_rejected + rows_excluded"
    ).fetchall()
    assert lost == []


def test_is_met_is_what_the_exact_fraction_says(numbers: Numbers) -> None:
    connection, _, _ = numbers
    wrong = connection.execute("""
        select indicator_code, definition, unit_code, period_start, numerator, denominator, is_met
        from fct_indicator_value
        where status = 'computed' and target_numerator is not null and is_met is distinct from (case comparator
            when '>' then numerator::hugeint * target_denominator > target_numerator::hugeint * denominator
            else numerator::hugeint * target_denominator >= target_numerator::hugeint * denominator end)
        order by all""").fetchall()
    assert wrong == [], told(wrong, "indicator | definition | unit | month | numerator | denominator | is_met")
