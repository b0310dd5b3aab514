"""Pages of explanations: for every headline with a value, with the published figures, small, and always the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from lxml import html

from publishing.site.explanations import explanation_page, explanation_pages
from publishing.site.paths import measured_units
from publishing.site.rendering import environment
from publishing.tables import Tables, open_tables


@pytest.fixture(scope="module")
def release(sandbox_release: Path) -> Path:
    return sandbox_release / "releases" / "current"


@pytest.fixture(scope="module")
def tables(release: Path) -> Iterator[Tables]:
    with open_tables(release) as found:
        yield found


@pytest.fixture(scope="module")
def pages(tables: Tables) -> dict[str, str]:
    return dict(explanation_pages(tables, environment(tables.rows("from release_info")[0])))


@pytest.fixture(scope="module")
def sections(pages: dict[str, str]) -> dict[tuple[str, str], html.HtmlElement]:
    """(page, indicator) → its section."""
    return {
        (path, section.get("id")): section
        for path, text in pages.items()
        for section in html.fromstring(text).iter("section")
    }


@pytest.fixture(scope="module")
def newest(release: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """(indicator, unit_key) → the newest computed headline, read by other means."""
    rows = pq.read_table(release / "parquet" / "fct_indicator_value.parquet").to_pylist()
    rows = [row for row in rows if row["definition"] == "headline" and row["status"] == "computed"]
    return {(row["indicator_code"], row["unit_key"]): row for row in sorted(rows, key=lambda row: row["period_start"])}


def test_every_headline_with_a_value_is_explained_by_its_published_counts(
    tables: Tables, sections: dict[tuple[str, str], html.HtmlElement], newest: dict[tuple[str, str], dict[str, Any]]
) -> None:
    units = {unit["unit_key"]: unit for unit in measured_units(tables)}
    explained = set()
    for (code, unit_key), row in newest.items():
        place = (explanation_page(units[unit_key], code).partition("#")[0], code)
        [said] = sections[place].xpath(".//p[@data-numerator]")
        assert (said.get("data-numerator"), said.get("data-denominator")) == (
            str(row["numerator"]), str(row["denominator"])
        ), place  # fmt: skip
        assert f"{row['period_start']:%m/%Y}" in said.text_content()
        explained.add(place)
    assert explained == set(sections)


def test_links_lead_to_pages_and_places_that_are_there(
    tables: Tables, pages: dict[str, str], sections: dict[tuple[str, str], html.HtmlElement]
) -> None:
    others = {f"units/{unit['page_name']}.html" for unit in measured_units(tables)}
    others |= {f"indicators/{row['indicator_code']}.html" for row in tables.rows("from dim_indicator")}
    known = set(pages) | others | {"quality.html"}
    for path, text in pages.items():
        for link in html.fromstring(text).xpath("//main//a/@href"):
            target, _, anchor = link.removeprefix("../../").partition("#")
            assert target in known, (path, link)
            assert not anchor or (target, anchor) in sections, (path, link)


def test_deliveries_and_months_are_counted_and_named(
    release: Path, sections: dict[tuple[str, str], html.HtmlElement]
) -> None:
    text = sections["explain/183/b6.html", "b6"].text_content()
    values = pq.read_table(release / "parquet" / "fct_indicator_value.parquet").to_pylist()
    months = [
        row
        for row in values
        if (row["indicator_code"], row["definition"], row["unit_code"]) == ("b6", "headline", "183")
    ]
    assert len(months) >= 12
    for row in months:
        assert f"{row['period_start']:%m/%Y}{row['numerator']}{row['denominator']}" in "".join(text.split())
    deliveries = pq.read_table(release / "parquet" / "deliveries.parquet").to_pylist()
    own = [row for row in deliveries if row["dataset"] == "dossiers" and row["part"] == "183"]
    newest = max(own, key=lambda row: row["received_at"])
    assert newest["file_name"] in text and newest["sha256"][:12] in text


def test_all_pages_together_stay_small(pages: dict[str, str]) -> None:
    assert sum(len(text.encode()) for text in pages.values()) < 10_000_000


def test_the_same_release_makes_the_same_pages(tables: Tables, pages: dict[str, str]) -> None:
    again = explanation_pages(tables, environment(tables.rows("from release_info")[0]))
    assert list(again) == list(pages.items())
