"""The explanation of a value: its parts made again from the landing, its deliveries by hand, its rows counted."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd  # noqa: TID253 - another reader than the one under test
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import LangsonError
from pipelines.explain_rows import counted_rows, write_csv
from pipelines.home import DBT_PROJECT, Home
from pipelines.row_lineage import Lineage
from publishing.explain import Explanation, NotPublished, explain, explain_newest_headlines
from publishing.tables import Tables, open_tables
from tests.conftest import run_langson
from tests.landing_rules import RULES, Landing, month_end

DECEMBER = date(2022, 12, 1)


@pytest.fixture(scope="module")
def home(sandbox_release: Path) -> Path:
    return sandbox_release


@pytest.fixture(scope="module")
def tables(home: Path) -> Iterator[Tables]:
    with open_tables(home / "releases" / "current") as found:
        yield found


@pytest.fixture(scope="module")
def headlines(tables: Tables) -> list[Explanation]:
    return list(explain_newest_headlines(tables))


def test_ten_random_values_are_what_their_landing_files_say(home: Path, tables: Tables) -> None:
    drawn = random.Random(20220915)
    landing = Landing(home)
    chosen = []
    for code in [*RULES, *drawn.sample(sorted(RULES), 3)]:
        computed = tables.rows(
            "select unit_code, period_start from fct_indicator_value where definition = 'headline'"
            " and indicator_code = ? and status = 'computed' order by unit_code, period_start",
            [code],
        )
        chosen.append((code, *drawn.choice(computed).values()))
    # And one of each level above the offices, where sums of sums could go wrong.
    chosen += [("a5", "20", date(2022, 9, 1)), ("b6", "183", date(2022, 9, 1)), ("d2c", "20", date(2022, 7, 1))]
    assert len(set(chosen)) >= 10
    wrong = []
    for code, unit, month in chosen:
        rule, levels = RULES[code]
        found = explain(tables, code, unit, month)
        counted = (found.numerator.counted, found.denominator.counted)
        assert counted == (found.value.numerator, found.value.denominator)
        if counted != (again := rule(landing, unit, month, levels)):
            wrong.append((code, unit, month, counted, again))
    assert wrong == []


def test_every_headline_is_explained_by_the_very_counts_it_was_published_with(headlines: list[Explanation]) -> None:
    assert len(headlines) > 300
    assert [
        (found.definition.indicator_code, found.unit.unit_key)
        for found in headlines
        if (found.numerator.counted, found.denominator.counted) != (found.value.numerator, found.value.denominator)
    ] == []


def test_the_units_below_and_its_own_rows_make_up_a_unit_unless_things_are_counted_afresh(
    tables: Tables, headlines: list[Explanation]
) -> None:
    published = {
        (row["measure_code"], row["tier"], row["unit_key"], row["period_start"]): row["value_to_date"]
        for row in tables.rows("from fct_measure_value where period_start >= date '2022-12-01'")
    }
    seen = set()
    for found in headlines:
        for side, name in ((found.numerator, "numerator"), (found.denominator, "denominator")):
            if side.children_sum is None or side.month != DECEMBER or side.taken_off:
                continue
            assert side.rollup == "subtree" and side.own is not None
            assert side.children_sum + side.own == side.counted
            assert side.children_sum == sum(getattr(child, name) for child in found.children)
            for tier in {"department", "district", "commune"} & set(found.definition.tiers):
                key = (side.measure_code, tier, found.unit.unit_key, side.month)
                below = sum(
                    published.get((side.measure_code, tier, child.unit.unit_key, side.month), 0)
                    for child in found.children
                )
                own = published.get(key, 0) if tier == found.unit.unit_level else 0
                assert published.get(key, 0) == below + own, key
            seen.add((found.unit.unit_level, found.definition.tiers))
    assert {level for level, _ in seen} == {"province", "district"}


def test_procedures_are_said_to_be_counted_afresh(tables: Tables) -> None:
    found = explain(tables, "b5", "20", DECEMBER)
    assert (found.numerator.rollup, found.numerator.children_sum, found.numerator.own) == ("recount", None, None)
    assert sum(child.denominator for child in found.children) > found.denominator.counted


def hand_filtered(home: Path, dataset: str, parts: set[str] | None, first: date, last: date) -> set[str]:
    """Deliveries of a register that can have brought a row of the year so far, read by other means."""
    rows = pd.read_parquet(home / "releases" / "current" / "parquet" / "deliveries.parquet")
    rows = rows[(rows.source_code + "." + rows.dataset == dataset) & (rows.window_end >= first)]
    rows = rows[rows.window_start <= date(last.year, 12, 31)]
    return set(rows[rows.part.isin(parts)].delivery_id if parts else rows.delivery_id)


def test_the_deliveries_are_those_that_a_filter_by_hand_finds(home: Path, tables: Tables) -> None:
    september, first = date(2022, 9, 1), date(2022, 1, 1)
    units = pd.read_parquet(home / "releases" / "current" / "parquet" / "dim_unit.parquet")
    then = units[(units.valid_from <= september) & (units.valid_to.isna() | (units.valid_to >= september))]
    dossiers = "online_public_services.dossiers"

    departments = set(then[then.unit_level == "department"].unit_code)
    found = explain(tables, "a5", "20", september)
    assert {line.delivery_id for line in found.deliveries} == hand_filtered(
        home, dossiers, departments, first, september
    )

    communes = set(then[then.parent_unit_code == "183"].unit_code)
    found = explain(tables, "b6", "183", september)
    expected = hand_filtered(home, dossiers, {"183", *communes}, first, september)
    assert {line.delivery_id for line in found.deliveries} == expected
    inside = {line.delivery_id for line in found.deliveries if line.role == "window"}
    deliveries = pd.read_parquet(home / "releases" / "current" / "parquet" / "deliveries.parquet")
    starts = deliveries.set_index("delivery_id").window_start
    assert inside == {delivery for delivery in expected if starts[delivery] <= month_end(september)}

    commune = sorted(communes)[0]
    found = explain(tables, "d2c", commune, september)
    records = deliveries[(deliveries.source_code == "health_records") & (deliveries.part == "183")]
    newest = records[(records.outcome == "standing") & (records.window_end <= month_end(september))].window_end.max()
    shown = records[(records.window_end == newest) & (records.outcome != "refused")]
    of_records = [line for line in found.deliveries if line.source_code == "health_records"]
    assert {line.delivery_id for line in of_records if line.outcome != "refused"} == set(shown.delivery_id)
    line = next(line for line in of_records if line.outcome == "standing")
    row = shown[shown.delivery_id == line.delivery_id].iloc[0]
    assert (line.file_name, line.sha256, line.rows_read, line.rows_landed) == (
        row.file_name, row.sha256, row.rows_read, row.rows_landed
    )  # fmt: skip


def test_an_unknown_name_is_answered_with_the_nearest(tables: Tables) -> None:
    september = date(2022, 9, 1)
    with pytest.raises(NotPublished, match=r"'a55'.*gần nhất: .*a5 \("):
        explain(tables, "a55", "183", september)
    with pytest.raises(NotPublished, match="Huyện Cao Lộc"):
        explain(tables, "b6", "Huyện Cao Lộk", september)
    with pytest.raises(NotPublished, match="level_3_4_only"):
        explain(tables, "a5", "20", september, "level_34")
    with pytest.raises(NotPublished, match=r"05/2023.*12/2022"):
        explain(tables, "b6", "183", date(2023, 5, 1))
    with pytest.raises(NotPublished, match=r"không đo ở Huyện Cao Lộc.*department, province"):
        explain(tables, "a5", "183", september)


def test_a_unit_is_found_by_code_key_and_name_and_a_name_of_several_is_refused(tables: Tables) -> None:
    september = date(2022, 9, 1)
    by_code = explain(tables, "b6", "183", september)
    assert explain(tables, "b6", "183@2020-01-01", september) == by_code
    assert explain(tables, "b6", "huyện cao lộc", date(2022, 9, 20)) == by_code
    [shared, *_] = tables.rows(
        "select label_vi, list(unit_code order by unit_code) as codes from dim_unit where unit_level = 'commune'"
        " and valid_from < '2022-01-01' group by label_vi having count(*) > 1 order by label_vi"
    )
    with pytest.raises(NotPublished) as refusal:
        explain(tables, "b6", shared["label_vi"], september)
    assert all(code in str(refusal.value) for code in shared["codes"])


def test_a_second_directive_in_the_release_changes_no_explanation(home: Path, tables: Tables) -> None:
    found = explain(tables, "b6", "183", date(2022, 9, 1))
    with open_tables(home / "releases" / "current") as both:
        for name in both.names():
            columns = {row["column_name"] for row in both.rows(f'describe "{name}"')}
            if "directive_code" in columns:
                both.connection.execute(f"""insert into "{name}" select * replace ('lang-son-2023' as directive_code)
                    from "{name}" where {"year = 2021" if name == "dim_period" else "true"}""")
        assert explain(both, "b6", "183", date(2022, 9, 1)) == found


# Kinds: flow of an office, flow with a start in June, districts and communes, distinct things, snapshot of households,
# of villages, of enterprises against another list, of people, of schools, of facilities, of systems.
ROW_FOR_ROW = ["a1", "a2", "a5", "a6a", "b6", "b8", "a3", "c3", "d1a", "d2a", "d2c", "d6"]


@pytest.mark.parametrize("code", ROW_FOR_ROW)
def test_as_many_rows_are_listed_as_were_counted(code: str, home: Path, tables: Tables) -> None:
    found = explain(tables, code, "20", DECEMBER)
    counted = counted_rows(Home(home), found)
    numerator, denominator = counted.sides
    assert (numerator.problem, denominator.problem) == (None, None)
    if code == "b8":  # a household may have a shop on both platforms
        assert numerator.rows.num_rows == numerator.row_count >= found.value.numerator
        return
    assert numerator.row_count == found.value.numerator
    if code == "d2c":  # of the population's list one row carries many people
        assert numerator.rows.num_rows == found.value.numerator
        return
    assert denominator.rows.num_rows == denominator.row_count == found.value.denominator
    marked = denominator.rows.column("in_numerator").to_pylist()
    assert marked.count("true") == found.value.numerator


def test_distinct_things_are_listed_with_every_row_that_made_them(home: Path, tables: Tables) -> None:
    found = explain(tables, "a4", "20", DECEMBER)
    _, denominator = counted_rows(Home(home), found).sides
    codes = denominator.rows.column("ma_tthc").to_pylist()
    assert len({".".join(code.split(".")[:2]) for code in codes}) == found.value.denominator
    assert not denominator.is_row_for_row


def test_what_counts_no_landed_row_says_so(home: Path, tables: Tables) -> None:
    _, communes = counted_rows(Home(home), explain(tables, "b3", "20", DECEMBER)).sides
    assert communes.rows.num_rows == 0
    assert communes.problem and "danh mục khai báo" in communes.problem


def test_the_rows_are_rows_of_the_landing_files(home: Path, tables: Tables, tmp_path: Path) -> None:
    found = explain(tables, "b6", "183", date(2022, 9, 1))
    written = write_csv(tmp_path / "rows.csv", counted_rows(Home(home), found))
    rows = pd.read_csv(tmp_path / "rows.csv", dtype=str)
    assert len(rows) == written == found.value.denominator
    landed = Landing(home).rows("online_public_services", "dossiers")
    landed = landed.assign(row_number=landed._row_number.astype(str))
    both = rows.merge(landed, on=["delivery_id", "row_number"], suffixes=("", "_landed"))
    assert len(both) == len(rows)
    assert (both.ma_ho_so == both.ma_ho_so_landed).all()


MODELS = sorted(path.stem for path in DBT_PROJECT.rglob("int_*__measures.sql"))


@pytest.mark.parametrize("model", MODELS)
def test_a_measure_model_that_carries_its_rows_counts_the_same(model: str, home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        columns: dict[str, set[str]] = {}
        for table, column in warehouse.execute(
            "select table_name, column_name from information_schema.columns"
        ).fetchall():
            columns.setdefault(table, set()).add(column)
        lineage = Lineage(DBT_PROJECT, {name: frozenset(of) for name, of in columns.items()}, home / "definitions")
        warehouse.execute(f"create temp table events as {lineage.events_of(model)}")
        compared = ", ".join(sorted(columns[model] - {"quantity"}))
        difference = warehouse.execute(
            f"""select * from (select {compared}, sum(quantity) from events group by all)
            except select * from (select {compared}, sum(quantity) from main.{model} group by all)"""
        ).fetchall()
        counts = warehouse.execute(
            f"select (select count(*) from events), (select count(*) from main.{model})"
        ).fetchall()
    assert difference == []
    assert counts[0][0] == counts[0][1] > 0


def test_a_warehouse_in_use_or_of_another_moment_is_refused(home: Path, tables: Tables, tmp_path: Path) -> None:
    found = explain(tables, "b6", "183", DECEMBER)
    other = Home(tmp_path)
    other.definitions.mkdir()
    other.warehouse.symlink_to(home / "warehouse.duckdb")
    as_of = pq.read_table(home / "definitions" / "as_of.parquet")
    moved = as_of.set_column(0, "as_of", pa.array([datetime(2022, 3, 1)], pa.timestamp("us")))
    pq.write_table(moved, other.definitions / "as_of.parquet")
    with pytest.raises(LangsonError, match=r"2022-03-01.*hãy chạy langson run"):
        counted_rows(other, found)
    busy = Home(tmp_path / "busy")
    busy.root.mkdir()
    writes = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", writes, str(busy.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == b"open\n"
        with pytest.raises(LangsonError, match="đang được dùng"):
            counted_rows(busy, found)


def test_the_command_tells_the_same_in_text_and_json(home: Path, tables: Tables) -> None:
    asked = ("explain", "b6", "--unit", "183", "--period", "2022-09", "--home", home)
    found = explain(tables, "b6", "183", date(2022, 9, 1))
    told = run_langson(*asked, "--json", "--rows")
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["value"]["numerator"] == found.value.numerator
    assert [line["delivery_id"] for line in answer["deliveries"]] == [line.delivery_id for line in found.deliveries]
    assert len(answer["rows"][1]["rows"]) == found.value.denominator
    text = run_langson(*asked)
    assert text.returncode == 0, text.stderr
    for shown in (found.definition.label.vi, "Tử số | Numerator", found.deliveries[-1].file_name, "Cổng kiểm tra: đạt"):
        assert shown in text.stdout, shown
    unknown = run_langson("explain", "a55", "--unit", "183", "--period", "2022-09", "--home", home)
    assert (unknown.returncode, "gần nhất" in unknown.stderr) == (1, True)
