"""Next year works: a directive by data alone, a renamed column by a dated block, units by the day they are in force."""

import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from lxml import html

from sources.units import UnitResolver, load_units
from tests.tree import Tree, copy_tree

KEY = {"LANGSON_HASH_KEY": "5a" * 32}
NEW, OLD = "lang-son-2023", "lang-son-2022"


def work_files(path: Path, month: str, forms: list[str], header: str = "Hình thức xử lý") -> None:
    """A month's register of the department of information and communications, written by hand."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, year = month.split("/")
    rows = "".join(
        f"<tr><td>HSCV-{year}-{place}</td><td>Sở TT&amp;TT</td><td>tỉnh</td><td>04/{month}</td><td>14/{month}</td>"
        f"<td>{form}</td><td>Thường</td></tr>"
        for place, form in enumerate(forms)
    )
    path.write_text(
        f"<html><body><p>SỔ HỒ SƠ CÔNG VIỆC</p><p>Đơn vị: Sở Thông tin và Truyền thông</p>"
        f"<p>Từ ngày 01/{number}/{year} đến ngày 31/{number}/{year}</p><table><tr><th>Mã HSCV</th><th>Đơn vị</th>"
        f"<th>Cấp</th><th>Ngày mở</th><th>Ngày kết thúc</th><th>{header}</th><th>Độ mật</th></tr>{rows}"
        "</table></body></html>",
        encoding="utf-8",
    )


def add_directive_of_2023(tree: Tree) -> None:
    """The new year as data: the directive, its targets (a2 at 95 %, mixed files now online), its scoring."""
    directives = tree.document("indicators/directive.yml")
    clause = next(item for item in directives[OLD]["clauses"] if item["clause"] == "II.1.a.2")
    new = {
        **directives[OLD],
        "label": {"vi": "Chỉ thị giả định năm 2023", "en": "An assumed directive of 2023"},
        "year": 2023, "starts": "2023-01-01", "ends": "2023-12-31", "review": "2024-01",
        "exemptions": [{**directives[OLD]["exemptions"][0], "indicators": ["a2"]}],
        "clauses": [{**clause, "clause": "II.2.a"}],
    }  # fmt: skip
    tree.write(
        "indicators/directive.yml", yaml.safe_dump({**directives, NEW: new}, allow_unicode=True, sort_keys=False)
    )
    indicator = tree.document("indicators/a2.yml")
    indicator["definitions"]["headline"]["directives"] = {NEW: {"numerator": "work_files_closed_online_or_mixed"}}
    target = {"directive": NEW, "clause": "II.2.a", "definition": "headline", "comparator": ">=", "value": "95/100"}
    indicator["targets"].append({**target, "source": "giả định"})
    tree.write("indicators/a2.yml", yaml.safe_dump(indicator, allow_unicode=True, sort_keys=False))
    scoring = tree.document("indicators/scoring.yml")
    scoring[NEW] = {**scoring[OLD], "weights": {"departments": {"a2": 1}}}
    tree.write("indicators/scoring.yml", yaml.safe_dump(scoring, allow_unicode=True, sort_keys=False))


def add_dated_block(tree: Tree) -> None:
    """The e-office names a column otherwise from 2023 on."""
    tree.replace(
        "sources/e_office/source.yml",
        "    ignore: [so_van_ban_den,",
        "    changes:\n      - {from: 2023-01-01, columns: {hinh_thuc_xu_ly: [Cách thức giải quyết]}}\n"
        "    ignore: [so_van_ban_den,",
    )


@pytest.mark.slow
def test_a_second_directive_is_added_by_data_alone_and_counted_beside_the_first(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    add_directive_of_2023(tree)
    add_dated_block(tree)
    assert tree.run(sys.executable, "-m", "sources.catalogue").returncode == 0
    tree.prepare()
    inbox, home = tmp_path / "inbox", tmp_path / "home"
    folder = inbox / "e_office"
    work_files(folder / "so_SO_TTTT_202201.html", "01/2022", ["điện tử", "điện tử", "hỗn hợp", "giay"])
    work_files(
        folder / "so_SO_TTTT_202301.html",
        "01/2023",
        ["điện tử", "hỗn hợp", "hỗn hợp", "giấy", "giấy"],
        "Cách thức giải quyết",
    )
    # The new name in a delivery of the old days is a column nobody knows.
    work_files(folder / "so_SO_TTTT_202203.html", "03/2022", ["điện tử"], "Cách thức giải quyết")
    done = tree.langson("run", "--inbox", inbox, "--home", home, env=KEY)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "so_SO_TTTT_202203.html" in done.stdout and "01/01/2023" in done.stdout
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
        assert counted.fetchall() == [(OLD, 37), (NEW, 1)]
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
