"""Each blocking check on a tiny candidate: it passes the whole one, and names what is wrong with the broken one."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.confirm import confirm_refused_value
from pipelines.definitions_step import read_confirmations
from pipelines.errors import LangsonError
from pipelines.home import Home
from pipelines.release.judgement import JUDGEMENTS, Case
from pipelines.release.suites import parameters

TABLES = {
    "def.directive": "select 'ls' as directive_code, date '2022-01-01' as starts, date '2022-12-31' as ends",
    "def.as_of": "select timestamp '2022-03-08 09:00:00' as as_of",
    "def.units": """select * from (values ('20@a', '20', 'province', 'Lạng Sơn', date '2020-01-01', null::date),
        ('05971@a', '05971', 'commune', 'Hoàng Văn Thụ', date '2020-01-01', null))
        as t (unit_key, unit_code, unit_level, label_vi, valid_from, valid_to)""",
    "def.indicators": "select 'ls' as directive_code, 'a5' as indicator_code, 'headline' as definition",
    "def.confirmations": """select null::varchar as what, null::varchar as indicator_code, null::varchar as unit_code,
        null::date as period_start where false""",
    "new.dim_unit": "select 'ls' as directive_code, *, unit_code || '0203004005006' as sort_key from def.units",
    "new.dim_period": """select 'ls' as directive_code, month::date as period_start, last_day(month::date) as period_end
        from unnest([date '2022-01-01', date '2022-02-01', date '2022-03-01']) as t (month)""",
    "new.dim_indicator": "select *, ['commune', 'province'] as levels from def.indicators",
    "new.rpt_coverage": "select indicator_code from def.indicators",
    "new.fct_indicator_value": """select 'ls' as directive_code, 'a5' as indicator_code, 'headline' as definition,
        unit_key, unit_code, period_start, 90::bigint as numerator, 100::bigint as denominator, 'computed' as status,
        'final' as data_maturity from def.units cross join new.dim_period""",
    "new.deliveries": """select 'd1' as delivery_id, 'e_office' as source_code, 'HD_0100109106_3.xml' as file_name,
        10::bigint as rows_read, 8::bigint as rows_landed, 1::bigint as rows_rejected, 1::bigint as rows_excluded""",
}
BROKEN = {
    "units_whole": ("new.dim_unit", "delete from {0} where unit_level = 'commune'", "05971"),
    "months_whole": ("new.dim_period", "delete from {0} where period_start = date '2022-02-01'", "2022-02-01"),
    "indicators_whole": ("new.rpt_coverage", "delete from {0}", "a5"),
    "spine_whole": ("new.fct_indicator_value", "delete from {0} where period_start = date '2022-02-01'", "2022-02-01"),
    "coverage_not_below_parent": (
        "new.fct_indicator_value",
        "update {0} set status = 'source_missing' where unit_code = '05971'",
        "a5 headline 05971",
    ),
    "jumps_confirmed": (
        "new.fct_indicator_value",
        "update {0} set numerator = 60 where unit_code = '20'",
        "90 100 60 100",
    ),
    "rows_accounted": ("new.deliveries", "update {0} set rows_landed = 7", "10 7 1 1"),
    "personal_data_absent": ("new.deliveries", "update {0} set file_name = 'ds 0912345678.xlsx'", "file_name phone"),
}


@pytest.fixture
def case_with(tmp_path: Path) -> Callable[..., Case]:
    """Writes the tiny tables, after a change if one is given, and a parent equal to the unchanged ones."""

    def write(change: tuple[str, str] | None = None, parent: bool = True) -> Case:
        with duckdb.connect() as connection:
            connection.execute("create schema def; create schema new")
            for name, query in TABLES.items():
                connection.execute(f"create table {name} as {query}")
            folders = {
                "def": tmp_path / "definitions",
                "new": tmp_path / "new" / "parquet",
                "old": tmp_path / "old" / "parquet",
            }
            for folder in folders.values():
                folder.mkdir(parents=True)
            for name in TABLES:
                room, table = name.split(".")
                if room == "new":
                    connection.execute(f"copy {name} to '{folders['old']}/{table}.parquet' (format parquet)")
            if change:
                connection.execute(change[1].format(change[0]))
            for name in TABLES:
                room, table = name.split(".")
                connection.execute(f"copy {name} to '{folders[room]}/{table}.parquet' (format parquet)")
        return Case(tmp_path / "new", tmp_path / "old" if parent else None, tmp_path / "definitions", parameters())

    return write


@pytest.mark.parametrize("check", JUDGEMENTS)
def test_a_whole_candidate_passes(check: str, case_with: Callable[..., Case]) -> None:
    verdict = JUDGEMENTS[check](case_with())
    assert verdict.passed, verdict.reason


@pytest.mark.parametrize("check", JUDGEMENTS)
def test_a_first_release_needs_no_parent(check: str, case_with: Callable[..., Case]) -> None:
    assert JUDGEMENTS[check](case_with(parent=False)).passed


@pytest.mark.parametrize("check", JUDGEMENTS)
def test_a_broken_candidate_is_refused_and_the_reason_names_what_is_wrong(
    check: str, case_with: Callable[..., Case]
) -> None:
    table, change, named = BROKEN[check]
    verdict = JUDGEMENTS[check](case_with((table, change)))
    assert not verdict.passed
    assert named in verdict.reason


@pytest.mark.parametrize(
    "text",
    ["012345678901", "CCCD: 038099012345.", "0912 345 678", "+84912345678", "DN4012345678901", "GD 4 012345678901"],
)
def test_personal_numbers_are_found_in_any_text(text: str, case_with: Callable[..., Case]) -> None:
    change = ("new.deliveries", f"alter table {{0}} alter source_code set data type varchar using '{text}'")
    assert not JUDGEMENTS["personal_data_absent"](case_with(change)).passed


@pytest.mark.parametrize(
    "text", ["SoHSCV_SO_TTTT_20220301-20220331", "1.001234.000.00.00.H37", "a" * 3 + "0123456789012345f"]
)
def test_dates_procedure_codes_and_hashes_are_no_personal_numbers(text: str, case_with: Callable[..., Case]) -> None:
    change = ("new.deliveries", f"alter table {{0}} alter source_code set data type varchar using '{text}'")
    verdict = JUDGEMENTS["personal_data_absent"](case_with(change))
    assert verdict.passed, verdict.reason


def test_a_confirmed_jump_passes(case_with: Callable[..., Case]) -> None:
    change = (
        "new.fct_indicator_value",
        "update {0} set numerator = 60 where unit_code = '20' and period_start = date '2022-02-01';"
        " insert into def.confirmations values ('jump', 'a5', '20', date '2022-02-01')",
    )
    assert JUDGEMENTS["jumps_confirmed"](case_with(change)).passed


@pytest.mark.parametrize(
    ("what", "check", "change"),
    [
        ("jump", "jumps_confirmed", "update {0} set numerator = 60 where unit_code = '20' and month(period_start) = 2"),
        ("lost_coverage", "coverage_not_below_parent",
         "update {0} set status = 'source_missing' where unit_code = '20' and month(period_start) = 2"),
    ],
)  # fmt: skip
def test_what_the_gate_refused_a_candidate_for_is_confirmed_and_nothing_else(
    what: str, check: str, change: str, case_with: Callable[..., Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_with(("new.fct_indicator_value", change))
    assert case.parent is not None
    decisions = tmp_path / "decisions"
    decisions.mkdir()
    monkeypatch.setenv("LANGSON_DECISIONS", str(decisions))
    home = Home(tmp_path)
    home.releases.mkdir()
    (home.releases / "2022-03-08-000000000000.staged").symlink_to(case.candidate)
    (home.releases / "2022-02-08-000000000000").symlink_to(case.parent)
    home.current.symlink_to("2022-02-08-000000000000")
    parent = {"sequence": 1, "as_of": "2022-02-08T09:00:00", "parent": None, "origin": "inbox", "files": {}}
    (case.parent / "manifest.json").write_text(json.dumps(parent), encoding="utf-8")
    told = ("công văn 15", "Sở TTTT")
    with pytest.raises(LangsonError, match="a5 20 02/2022"):
        confirm_refused_value(home, what, "a5", "05971", date(2022, 2, 1), *told)
    assert not (decisions / "confirmations.yml").exists()
    confirm_refused_value(home, what, "a5", "20", date(2022, 2, 1), *told)
    with pytest.raises(LangsonError, match="confirmed already"):
        confirm_refused_value(home, what, "a5", "20", date(2022, 2, 1), *told)
    # What the next run reads of the file lets the same candidate pass.
    assert not JUDGEMENTS[check](case).passed
    pq.write_table(read_confirmations(decisions, datetime(2100, 1, 1)), home.definitions / "confirmations.parquet")
    assert JUDGEMENTS[check](case).passed
