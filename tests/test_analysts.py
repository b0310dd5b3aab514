"""`langson sql` and docs/analysts.md: locked down, and every question of the document answered."""

import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd  # noqa: TID253 - another reader than the one under test
import pytest

from pipelines.sql_words import shown
from publishing.sql_session import QueryRefused, Session, open_session
from tests.conftest import LANGSON, ROOT, run_langson

DOCUMENT = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
QUESTIONS = {
    int(number): (title, may_be_empty, query)
    for number, title, may_be_empty, query in re.findall(
        r"^### (\d+)\. ([^\n]+)\n((?:[^\n`][^\n]*\n)*)```sql\n(.*?)```", DOCUMENT, re.MULTILINE | re.DOTALL
    )
}


@pytest.fixture(scope="module")
def release(sandbox_release: Path) -> Path:
    return (sandbox_release / "releases" / "current").resolve()


@pytest.fixture(scope="module")
def session(release: Path) -> Iterator[Session]:
    with open_session(release) as found:
        yield found


@pytest.fixture(scope="module")
def read(release: Path) -> Callable[[str], pd.DataFrame]:
    return lambda table: pd.read_parquet(release / "parquet" / f"{table}.parquet")


def answered(session: Session, number: int) -> list[dict[str, Any]]:
    [answer] = session.ask(QUESTIONS[number][2])
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def test_the_document_asks_twenty_questions_in_both_languages() -> None:
    assert list(QUESTIONS) == list(range(1, 21))
    assert [title for title, _, _ in QUESTIONS.values() if " | " not in title] == []
    assert DOCUMENT.count("```sql") == 20


@pytest.mark.parametrize("number", sorted(QUESTIONS))
def test_every_question_is_answered_with_rows_unless_it_says_none_is_an_answer(session: Session, number: int) -> None:
    rows = answered(session, number)
    assert rows or "Có thể không có dòng nào" in QUESTIONS[number][1]


def headline(read: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    values = read("fct_indicator_value")
    units = read("dim_unit")[["unit_key", "unit_level", "label_vi", "parent_unit_code", "sort_key"]]
    return values[values.definition == "headline"].merge(units, on="unit_key")


def target(row: Any) -> Fraction:
    return Fraction(int(row.target_numerator), int(row.target_denominator))


def exact(row: Any) -> Fraction:
    return Fraction(int(row.numerator), int(row.denominator))


def test_targets_met_by_group_are_those_of_the_scorecard(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    card = read("rpt_scorecard").merge(read("dim_indicator")[["indicator_code", "definition", "group_code"]])
    expected = {group: (len(rows), int(rows.is_met.fillna(False).sum())) for group, rows in card.groupby("group_code")}
    assert {row["group_code"]: (row["indicators"], row["met"]) for row in answered(session, 1)} == expected


def test_the_dossiers_missing_are_just_enough(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    values = headline(read)
    values = values[
        (values.indicator_code == "a5") & (values.unit_level == "department")
        & (values.period_start == values.period_start.max()) & (values.is_met == False)  # noqa: E712 - a column
    ]  # fmt: skip
    expected = {
        row.label_vi: ceil(target(row) * int(row.denominator) - int(row.numerator)) for row in values.itertuples()
    }
    assert {row["label_vi"]: row["missing"] for row in answered(session, 2)} == expected


def test_verdicts_that_a_definition_changes(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    rows = read("rpt_definition_sensitivity")
    rows = rows[rows.period_start == rows.period_start.max()]
    changed = (rows.is_met != rows.headline_is_met) & rows.is_met.notna() & rows.headline_is_met.notna()
    expected = changed.groupby([rows.indicator_code, rows.definition]).sum().to_dict()
    found = {(row["indicator_code"], row["definition"]): row["verdicts_changed"] for row in answered(session, 3)}
    assert found == expected


def test_late_deliveries_of_a_district(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    rows = read("rpt_delivery_timeliness")
    rows = rows[(rows.part == "183") & (rows.window_start >= date(2022, 1, 1))]
    late = rows[(rows.received_at > rows.due_at) | rows.outcome.isin(["missing", "refused"])]
    expected = sorted(zip(late.source_code, late.dataset, late.window_start, strict=True))
    found = [(row["source_code"], row["dataset"], row["window_start"]) for row in answered(session, 4)]
    assert sorted(found) == expected


def test_the_provisional_share(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    values = headline(read)
    values = values[values.status == "computed"]
    expected = (values.data_maturity == "provisional").groupby(values.period_start).mean().to_dict()
    assert {row["period_start"]: row["share"] for row in answered(session, 6)} == pytest.approx(expected)


def test_ranks_with_all_indicators_are_the_published_ones(
    session: Session, read: Callable[[str], pd.DataFrame]
) -> None:
    ranking = read("rpt_emulation_ranking").merge(read("dim_unit")[["unit_key", "label_vi"]], on="unit_key")
    ranking = ranking[(ranking.bloc_code == "districts") & (ranking.method == "level")]
    ranking = ranking[ranking.period_start == ranking.period_start.max()]
    published = {row.label_vi: float(row.score) for row in ranking.itertuples()}
    rows = answered(session, 10)
    assert {row["label_vi"]: float(row["with_all"]) for row in rows} == pytest.approx(published, abs=1e-4)
    parts = read("rpt_score_part").merge(read("dim_unit")[["unit_key", "label_vi"]], on="unit_key")
    parts = parts[
        (parts.bloc_code == "districts") & (parts.method == "level") & parts.reason.isna()
        & (parts.period_start == parts.period_start.max()) & (parts.indicator_code != "b7")
    ]  # fmt: skip
    weighed = (parts.points.astype(float) * parts.weight).groupby(parts.label_vi).sum()
    expected = (weighed / parts.weight.groupby(parts.label_vi).sum()).to_dict()
    assert {row["label_vi"]: float(row["without_b7"]) for row in rows} == pytest.approx(expected, abs=1e-4)


def test_year_on_year_is_the_published_multiple(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    values = headline(read)
    values = values[(values.indicator_code == "c4a") & (values.status == "computed")]
    expected = {f"{row.period_start:%m}": row.value for row in values.itertuples()}
    found = {row["month"]: row["times"] for row in answered(session, 11)}
    assert {month: found[month] for month in expected} == pytest.approx(expected)


def test_values_near_their_target(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    values = headline(read).merge(read("dim_indicator")[["indicator_code", "definition", "value_kind"]])
    values = values[(values.period_start == values.period_start.max()) & (values.status == "computed")]
    near = values[values.value_kind == "ratio"].astype({"numerator": int, "denominator": int})
    near = near[[abs(exact(row) - target(row)) <= Fraction(2, 100) for row in near.itertuples()]]
    found = sorted((row["indicator_code"], row["label_vi"], row["numerator"]) for row in answered(session, 12))
    assert found == sorted(zip(near.indicator_code, near.label_vi, near.numerator, strict=True))


def test_months_by_themselves_add_up_to_the_value_to_date(
    session: Session, read: Callable[[str], pd.DataFrame]
) -> None:
    months = answered(session, 15)
    values = headline(read)
    december = values[
        (values.indicator_code == "b6") & (values.unit_code == "183") & (values.period_start == date(2022, 12, 1))
    ].iloc[0]
    assert sum(month["received"] for month in months) == december.denominator
    assert sum(month["online"] or 0 for month in months) == december.numerator


def test_rejected_rows_by_source(session: Session, read: Callable[[str], pd.DataFrame]) -> None:
    rows = read("rejection_summary").merge(read("deliveries"), on="delivery_id")
    expected = rows.groupby(["source_code", "dataset", "rule"]).rows.sum().to_dict()
    assert {(row["source_code"], row["dataset"], row["rule"]): row["rows"] for row in answered(session, 17)} == expected


def test_every_published_table_has_its_paragraph(release: Path) -> None:
    tables = {path.stem for path in (release / "parquet").glob("*.parquet")}
    described = set(re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^- (`[^:]+:)", DOCUMENT, re.MULTILINE))))
    assert tables <= described


REFUSED = {
    "copy": "copy dim_unit to '{0}/taken.csv'",
    "copy to the screen": "copy dim_unit to '/dev/stdout'",
    "copy in": "copy dim_unit from '/etc/hosts'",
    "export": "export database '{0}/taken'",
    "attach": "attach '{0}/other.duckdb' as other",
    "attach memory": "attach ':memory:' as other",
    "install": "install httpfs",
    "load": "load httpfs",
    "set": "set threads = 1",
    "unlock": "set lock_configuration = false",
    "reset": "reset threads",
    "pragma": "pragma threads = 1",
    "csv": "from read_csv('/etc/hosts')",
    "text": "from read_text('/etc/hosts')",
    "file by name": "from '{0}/some.csv'",
    "folder": "from glob('/etc/*')",
    "another release": "from read_parquet('{0}/*.parquet')",
    "create": "create table mine as select 1",
    "delete": "delete from dim_unit",
    "drop": "drop table dim_unit",
    "after a good one": "select 1; copy dim_unit to '{0}/taken.csv'",
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED.keys())
def test_the_session_does_nothing_but_read_its_release(query: str, release: Path, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("a\n1\n")
    with open_session(release) as session, pytest.raises(QueryRefused) as refusal:
        list(session.ask(query.format(tmp_path)))
    vietnamese, _, english = str(refusal.value).partition(" | ")
    assert vietnamese.startswith(("phiên này chỉ đọc", "không có bảng")) and english
    assert [path.name for path in tmp_path.iterdir()] == ["some.csv"]


def test_a_release_is_left_as_it_was(release: Path) -> None:
    before = sorted(path.name for path in release.iterdir())
    with open_session(release) as session:
        list(session.ask("create temp table big as select * from fct_measure_value cross join range(3)"))
        assert sorted(path.name for path in release.iterdir()) == before


def test_the_command_answers_in_a_table_in_csv_and_at_a_prompt(release: Path) -> None:
    home = release.parents[1]
    query = "select indicator_code, value, is_met from rpt_scorecard order by indicator_code"
    csv = run_langson("sql", query, "--csv", "--home", home)
    assert csv.returncode == 0, csv.stderr
    lines = csv.stdout.splitlines()
    assert (lines[0], len(lines)) == ("indicator_code,value,is_met", 38)
    card = pd.read_parquet(release / "parquet" / "rpt_scorecard.parquet").sort_values("indicator_code")
    assert [float(line.split(",")[1]) for line in lines[1:]] == card.value.tolist()
    refused = run_langson("sql", "set threads = 1", "--home", home)
    assert refused.returncode == 1 and "phiên này chỉ đọc" in refused.stderr
    asked = "select 40 + 2\n  as tong;\nselec 1;\nselect 1234567 as dem;\n"
    prompt = subprocess.run([LANGSON, "sql", "--home", home], input=asked, cwd=ROOT, capture_output=True, text=True)
    assert prompt.returncode == 0, prompt.stderr
    assert "42" in prompt.stdout and "1.234.567" in prompt.stdout and release.name in prompt.stdout
    assert "sai cú pháp" in prompt.stderr


def test_cells_are_written_as_vietnamese_readers_write_them() -> None:
    cells = [None, True, 1234, 0.8125, 3.0, date(2022, 12, 31), ["a", 1]]
    assert list(map(shown, cells)) == ["–", "có", "1.234", "0,8125", "3", "31/12/2022", "a, 1"]
