"""The scoreboard's figures are the published ones, cell for cell: scorecard, units, indicators, rankings."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.site_folder import count, month, multiple, page, ratio, rows, text

HALF_OF_THE_LAST = Decimal("0.005")
"""Scores are shown with two decimals."""
ROOT = Path(__file__).parents[1]
VERDICTS = {True: "✓ đạt met", False: "✗ chưa đạt not met", None: "– chưa xét not judged"}
STATUSES = {
    "computed": ("●", "đã tính", "computed"),
    "held": ("⏸", "bị giữ, chờ xác nhận", "held, to be confirmed"),
    "source_missing": ("–", "thiếu số liệu", "data missing"),
    "before_start": ("–", "chưa đến kỳ", "not started"),
    "no_denominator": ("–", "không phát sinh", "nothing to count"),
    "not_applicable": ("–", "không áp dụng", "not applicable"),
}
KINDS: dict[str, Callable[[int | None, int | None], str]] = {"ratio": ratio, "multiple": multiple}


@pytest.fixture(scope="module")
def folder(sandbox_release: Path) -> Path:
    return (sandbox_release / "releases" / "current").resolve()


@pytest.fixture(scope="module")
def indicators(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["indicator_code"]: row for row in rows(folder, "dim_indicator", is_headline=True)}


@pytest.fixture(scope="module")
def headlines(folder: Path) -> dict[tuple[str, str, Any], dict[str, Any]]:
    """Every headline value by unit_key, indicator and month."""
    found = rows(folder, "fct_indicator_value", definition="headline")
    return {(row["unit_key"], row["indicator_code"], row["period_start"]): row for row in found}


def counts(row: dict[str, Any]) -> str:
    return "–" if row["numerator"] is None else f"{count(row['numerator'])} / {count(row['denominator'])}"


def machine_counts(element: html.HtmlElement) -> tuple[int | None, int | None]:
    told = element.get("data-numerator"), element.get("data-denominator")
    return tuple(None if one is None else int(one) for one in told)  # type: ignore[return-value]


def shown_counts(element: html.HtmlElement) -> str:
    return text(element.xpath(".//*[contains(concat(' ', @class, ' '), ' counts ')][1]"))


def assert_value(element: html.HtmlElement, row: dict[str, Any], kind: str) -> None:
    """Attributes and text of one shown value against the published row."""
    form = KINDS[kind]
    where = row["indicator_code"], row["unit_key"], row["period_start"]
    assert element.get("data-period") == row["period_start"].isoformat(), where
    assert machine_counts(element) == (row["numerator"], row["denominator"]), where
    assert text(element.xpath(".//*[contains(concat(' ', @class, ' '), ' value ')]")) == form(
        row["numerator"], row["denominator"]
    ), where
    assert text(element.xpath(".//td[contains(concat(' ', @class, ' '), ' target ')]")).lstrip("≥> ") == form(
        row["target_numerator"], row["target_denominator"]
    ), where
    assert text(element.xpath(".//td[@class='verdict']")) == VERDICTS[row["is_met"]], where


def test_the_scorecard_shows_every_row_of_rpt_scorecard_cell_for_cell(
    folder: Path, indicators: dict[str, dict[str, Any]]
) -> None:
    shown = {row.get("data-indicator"): row for row in page(folder, "index.html").xpath("//tr[@data-indicator]")}
    published = rows(folder, "rpt_scorecard")
    assert set(shown) == {row["indicator_code"] for row in published} and len(published) > 30
    pace = {
        (row["indicator_code"], row["unit_key"], row["period_start"]): row["band_label_vi"]
        for row in rows(folder, "rpt_pace", unit_code="20")
    }
    for row in published:
        element, code = shown[row["indicator_code"]], row["indicator_code"]
        assert_value(element, row, indicators[code]["value_kind"])
        assert shown_counts(element) == counts(row)
        assert indicators[code]["label_vi"] in text(element.xpath("./th"))
        assert pace[code, row["unit_key"], row["period_start"]] in text(element.xpath("./td[@class='pace']"))
        assert text(element.xpath(".//time")) == month(row["period_start"])
        assert {"final": "đã chốt", "provisional": "tạm tính"}[row["data_maturity"]] in text(
            element.xpath("./td[last()]")
        )
        units = text(element.xpath("./td[contains(@class, 'units')]"))
        met = f"{count(row['units_met'])}/{count(row['units_measured'])}"
        assert units == "–" if row["measured_level"] is None else units.startswith(met)


def test_the_key_figures_count_the_published_verdicts(folder: Path) -> None:
    published = rows(folder, "rpt_scorecard")
    (met,) = page(folder, "index.html").xpath("//@data-targets-met")
    (provisional,) = page(folder, "index.html").xpath("//@data-provisional")
    assert int(met) == sum(row["is_met"] is True for row in published)
    assert int(provisional) == sum(row["data_maturity"] == "provisional" for row in published)
    assert f"/ {len(published)}" in text(page(folder, "index.html").xpath("//*[@class='figure wide']"))


def test_every_unit_page_shows_the_newest_computed_month_cell_for_cell(
    folder: Path, indicators: dict[str, dict[str, Any]], headlines: dict[tuple[str, str, Any], dict[str, Any]]
) -> None:
    by_unit: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for (unit_key, code, _), row in sorted(headlines.items()):
        by_unit.setdefault(unit_key, {}).setdefault(code, []).append(row)
    codes = [unit_key.split("@")[0] for unit_key in by_unit]
    assert len(set(codes)) == len(codes), "this test takes the plain names of pages"
    for unit_key, series in by_unit.items():
        tree = page(folder, f"units/{unit_key.split('@')[0]}.html")
        values, months = tree.xpath("//table[contains(@class, 'values')]"), tree.xpath("//table[@class='months']")
        shown = {row.get("data-indicator"): row for row in values[0].xpath(".//tr[@data-indicator]")}
        assert set(shown) == set(series)
        for code, published in series.items():
            computed = [row for row in published if row["status"] == "computed"]
            newest = (computed or published)[-1]
            assert_value(shown[code], newest, indicators[code]["value_kind"])
            assert shown_counts(shown[code].xpath("./td[1]")[0]) == counts(newest)
            assert text(shown[code].xpath(".//*[@class='status']")) == " ".join(STATUSES[newest["status"]])
            cells = months[0].xpath(f".//tr[@data-indicator='{code}']/td")
            assert len(cells) == len(published)
            for cell, row in zip(cells, published, strict=True):
                if row["value"] is None:
                    assert text([cell]) == STATUSES[row["status"]][1]
                else:
                    form = KINDS[indicators[code]["value_kind"]](row["numerator"], row["denominator"])
                    assert cell.get("data-counts") == f"{row['numerator']}/{row['denominator']}"
                    assert text([cell]).split(" ✓")[0].startswith(form)
                    assert text([cell]).endswith("✓") == (row["is_met"] is True)


def test_every_indicator_page_shows_units_and_months_cell_for_cell(
    folder: Path, indicators: dict[str, dict[str, Any]], headlines: dict[tuple[str, str, Any], dict[str, Any]]
) -> None:
    at = {row["indicator_code"]: row["period_start"] for row in rows(folder, "rpt_scorecard")}
    order = {row["unit_key"]: row["sort_key"] for row in rows(folder, "dim_unit")}
    for code, indicator in indicators.items():
        tree = page(folder, f"indicators/{code}.html")
        shown = {row.get("data-unit"): row for row in tree.xpath("//tr[@data-unit]")}
        published = {key[0]: row for key, row in headlines.items() if key[1:] == (code, at[code])}
        assert set(shown) == set(published)
        assert [order[key] for key in shown] == sorted(order[key] for key in shown)
        for unit_key, row in published.items():
            assert_value(shown[unit_key], row, indicator["value_kind"])
            assert shown_counts(shown[unit_key]) == counts(row)
            assert text(shown[unit_key].xpath("./td[@class='status']")).startswith(" ".join(STATUSES[row["status"]]))
        months = {row.get("data-month"): row for row in tree.xpath("//tr[@data-month]")}
        series = [row for key, row in headlines.items() if key[:2] == ("20@2020-01-01", code)]
        assert set(months) == {row["period_start"].isoformat() for row in series}
        for row in series:
            assert_value(months[row["period_start"].isoformat()], row, indicator["value_kind"])


def test_an_indicator_page_tells_how_many_verdicts_each_other_reading_changes(folder: Path) -> None:
    changed: dict[tuple[str, str], list[bool]] = {}
    everything = rows(folder, "rpt_definition_sensitivity")
    newest = {
        row["indicator_code"]: row["period_start"] for row in sorted(everything, key=lambda row: row["period_start"])
    }
    for row in everything:
        if row["period_start"] == newest[row["indicator_code"]]:
            changed.setdefault((row["indicator_code"], row["definition"]), []).append(row["is_verdict_changed"] is True)
    for row in rows(folder, "dim_indicator"):
        tree = page(folder, f"indicators/{row['indicator_code']}.html")
        shown = text(tree.xpath(f"//tr[@data-definition='{row['definition']}']/td[last()]"))
        told = changed.get((row["indicator_code"], row["definition"]))
        assert shown == ("–" if told is None else f"{count(sum(told))} / {count(len(told))}"), row


def test_a_ranking_takes_every_score_apart_and_says_why_a_part_does_not_count(folder: Path) -> None:
    reasons = {
        "denominator_too_small": "mẫu số quá nhỏ",
        "before_start": "chưa đến kỳ",
        "no_baseline": "không có mốc gốc",
    }
    parts = rows(folder, "rpt_score_part")
    ranking = rows(folder, "rpt_emulation_ranking")
    for bloc in sorted({row["bloc_code"] for row in ranking}):
        tree = page(folder, f"ranking/{bloc}.html")
        for method in ("level", "progress"):
            ours = [row for row in ranking if (row["bloc_code"], row["method"]) == (bloc, method)]
            scored = [row["period_start"] for row in ours if row["score"] is not None]
            newest = max(scored or [row["period_start"] for row in ours])
            published = {row["unit_key"]: row for row in ours if row["period_start"] == newest}
            shown = {
                row.get("data-unit"): row for row in tree.xpath(f"//table[@data-method='{method}']//tr[@data-unit]")
            }
            assert set(shown) == set(published)
            for unit_key, row in published.items():
                element = shown[unit_key]
                score = text(element.xpath("./td[@class='num score']"))
                assert score == "–" if row["score"] is None else abs(decimal(score) - row["score"]) <= HALF_OF_THE_LAST
                if row["rank"] is None:
                    assert text(element.xpath("./td[1]")) == f"{row['weight_counted']} / {row['weight_all']}"
                else:
                    assert text(element.xpath("./td[@class='num rank']")) == str(row["rank"])
            for part in parts:
                if (part["bloc_code"], part["method"], part["period_start"]) == (bloc, method, newest):
                    told = text(shown[part["unit_key"]].xpath(f".//li[@data-indicator='{part['indicator_code']}']"))
                    if part["points"] is None:
                        assert told == f"{part['indicator_code']} {reasons.get(part['reason'], told.split(' ', 1)[1])}"
                    else:
                        weight, points = told.removesuffix(" ✓").split(" ", 1)[1].split(" × ")
                        assert (
                            int(weight) == part["weight"] and abs(decimal(points) - part["points"]) <= HALF_OF_THE_LAST
                        )


def decimal(shown: str) -> Decimal:
    return Decimal(shown.replace(".", "").replace(",", "."))


def test_a_value_that_is_held_or_missing_says_so_in_words(folder: Path) -> None:
    held = rows(folder, "fct_indicator_value", definition="headline", status="before_start")
    assert held
    tree = page(folder, f"units/{held[0]['unit_code']}.html")
    assert "chưa đến kỳ" in text(
        tree.xpath(f"//table[@class='months']//tr[@data-indicator='{held[0]['indicator_code']}']")
    )
