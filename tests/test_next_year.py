"""Next year works: a directive by data alone, a renamed column by a dated block, units by the day they are in force."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from lxml import html

from sources.units import UnitResolver, load_units
from tests.grown_home import NEW, OLD


@pytest.mark.slow
def test_a_column_renamed_from_a_day_on_is_unknown_before_it(grown: Path) -> None:
    said = json.loads((grown / "said.json").read_text(encoding="utf-8"))["run"]
    assert "so_SO_TTTT_202203.html" in said and "01/01/2023" in said
    assert "so_SO_TTTT_202301.html" not in said


@pytest.mark.slow
def test_a_second_directive_is_added_by_data_alone_and_counted_beside_the_first(grown: Path) -> None:
    home = grown / "home"
    with duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True) as release:
        found = release.execute(
            """select directive_code, period_start, numerator, denominator, target_numerator, is_met
            from fct_indicator_value where indicator_code = 'a2' and definition = 'headline' and unit_code = 'SO_TTTT'
                and status = 'computed' order by 1, 2"""
        ).fetchall()
        assert found == [
            (OLD, date(2022, 1, 1), 2, 4, 90, False),
            (NEW, date(2023, 1, 1), 3, 5, 95, False),
        ]
        # The new directive measures what it names, and the old one all it did.
        counted = release.execute(
            "select directive_code, count(distinct indicator_code) from dim_indicator group by 1 order by 1"
        )
        # The pages about adding gave the old one three more.
        assert counted.fetchall() == [(OLD, 37 + 3), (NEW, 1)]
        clauses = release.execute(
            """select directive_code, clause from dim_indicator
            where indicator_code = 'a2' and definition = 'headline' order by 1"""
        )
        assert clauses.fetchall() == [(OLD, "II.1.a.2"), (NEW, "II.2.a")]
        # Nothing sums across the years: each counts from its own January.
        assert release.execute(
            """select distinct value_to_date from fct_measure_value where measure_code = 'work_files_closed'
            and unit_code = 'SO_TTTT' and directive_code = ? and period_start >= date '2023-01-01'""",
            [NEW],
        ).fetchall() == [(5,)]
    # Each year has a site of its own; the newest one's start page leads to the other, and back.
    site = home / "releases/current/site"
    for place, year, other in (("index.html", 2023, "lang-son-2022"), ("lang-son-2022/index.html", 2022, "..")):
        page = html.fromstring((site / place).read_text(encoding="utf-8"))
        assert page.xpath("string(//h1)").split()[:3] == ["Bảng", "điểm", str(year)]
        [link] = page.xpath("//ul[@class='years']//a/@href")
        assert link == f"{other}/index.html" and (site / place).parent.joinpath(link).resolve().is_file()
    assert (site / "indicators/a2.html").is_file() and not (site / "indicators/b1.html").exists()
    assert (site / "lang-son-2022/indicators/b1.html").is_file()


UNITS = load_units()


def on(day: date) -> UnitResolver:
    return UnitResolver(UNITS, (), day)


def test_a_merged_commune_resolves_by_its_old_name_before_and_its_new_one_after() -> None:
    # Vĩnh Tiến joined Khánh Long on 1 December 2024; both lay in Tràng Định (180).
    before, after = on(date(2024, 11, 30)), on(date(2024, 12, 1))
    old = before.resolve(None, "Xã Vĩnh Tiến", "180", None)
    assert old.unit_code is not None
    assert after.resolve(old.unit_code, None, "180", None).unit_code is None
    assert (
        after.resolve(None, "Xã Khánh Long", "180", None).unit_code
        == before.resolve(None, "Xã Khánh Long", "180", None).unit_code
    )


def test_a_code_used_again_in_2025_is_another_unit() -> None:
    reused = {unit.unit_code for unit in UNITS if unit.valid_from == date(2025, 7, 1)} & {
        unit.unit_code for unit in UNITS if unit.valid_to == date(2025, 6, 30)
    }
    assert len(reused) > 0
    for code in reused:
        keys = {unit.unit_key for unit in UNITS if unit.unit_code == code}
        assert len(keys) == 2
        assert on(date(2025, 6, 30)).resolve(code, None, None, None).unit_code == code
        assert on(date(2025, 7, 1)).resolve(code, None, None, None).unit_code == code


def test_districts_end_with_june_2025() -> None:
    assert on(date(2025, 6, 30)).resolve(None, "Huyện Cao Lộc", None, None).unit_code == "183"
    assert on(date(2025, 7, 1)).resolve(None, "Huyện Cao Lộc", None, None).unit_code is None


def test_the_mapping_covers_every_old_commune_and_ends_in_units_in_force() -> None:
    from sources.units import unit_tables

    successors = unit_tables()["unit_successors"].to_pylist()
    communes = {unit.unit_code for unit in UNITS if unit.unit_level == "commune" and unit.in_force(date(2022, 12, 31))}
    assert len(communes) == 200
    in_force = {unit.unit_code for unit in UNITS if unit.in_force(date(2025, 7, 1)) and unit.unit_level == "commune"}
    assert len(in_force) == 65
    following: dict[str, set[str]] = {}
    for row in successors:
        following.setdefault(row["old_unit_code"], set()).add(row["new_unit_code"])
    assert sorted(communes - following.keys()) == []
    ends = {code for code in communes for code in following[code] if row_is_last(following, code)}
    assert sorted(ends - in_force) == []


def row_is_last(following: dict[str, set[str]], code: str) -> bool:
    """Whether a code has no successor of its own but itself."""
    return following.get(code, {code}) <= {code}
