"""Corrections: what an entry must say, and that it is told once the source has fixed its error."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.corrections_step import correction_verdicts
from pipelines.definitions_step import CORRECTIONS, read_corrections
from pipelines.errors import LangsonError
from pipelines.gate_step import run_gate
from pipelines.home import Home
from pipelines.release.changes import changes_text
from pipelines.release.gate import Verdict, read_verdicts
from pipelines.release.publish import quality_table
from sources.corrections import Correction, load_corrections
from sources.registry import contracts
from tests.conftest import ROOT
from tests.dbt_home import make_home

SOURCE, DATASET = "cashless_payments", "monthly_summary"
WHO = {
    "reason": "Sở Y tế gửi bằng triệu đồng",
    "reported_by": "Sở Y tế",
    "reported_at": date(2022, 4, 20),
    "decided_at": datetime(2022, 4, 21, 9),
}
KEY = "Bệnh viện A|2022-03-01"
OVERRIDE = {"code": "k1", "dataset": DATASET, "action": "override", "row_key": KEY, "column_name": "gt_kdtm",
            "new_value": 12, **WHO}  # fmt: skip
SCALE = {"code": "k2", "dataset": DATASET, "action": "scale", "delivery_id": "0123456789abcdef",
         "column_name": "gt_kdtm", "factor": 1_000_000, **WHO}  # fmt: skip
DROP = {"code": "k3", "dataset": DATASET, "action": "drop", "row_key": KEY, **WHO}
FLAG = {"code": "k4", "dataset": DATASET, "action": "flag", "row_key": KEY, **WHO}


def write(folder: Path, *entries: dict[str, object]) -> Path:
    path = folder / "sources" / SOURCE / "corrections.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"corrections": list(entries)}, allow_unicode=True), encoding="utf-8")
    return folder


def test_every_kind_is_read_with_its_place_and_value_and_counts_from_its_moment(tmp_path: Path) -> None:
    write(tmp_path, OVERRIDE, SCALE, DROP, FLAG)
    rows = read_corrections(datetime(2022, 4, 21, 9), tmp_path).to_pylist()
    assert [(row["correction_code"], row["action"], row["row_key"], row["new_value"]) for row in rows] == [
        ("k1", "override", KEY, "12"),
        ("k2", "scale", "delivery:0123456789abcdef", "1000000"),
        ("k3", "drop", KEY, None),
        ("k4", "flag", KEY, None),
    ]
    assert {(row["reported_by"], row["reported_at"]) for row in rows} == {("Sở Y tế", date(2022, 4, 20))}
    assert read_corrections(datetime(2022, 4, 21, 8, 59), tmp_path).num_rows == 0


def changed(entry: dict[str, object], without: str = "", **other: object) -> dict[str, object]:
    return {name: value for name, value in {**entry, **other}.items() if name != without}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (changed(DROP, dataset="summary"), "no such dataset"),
        (changed(DROP, row_key="Bệnh viện A"), r"don_vi\|thang"),
        (changed(DROP, without="row_key"), "drop needs"),
        (changed(DROP, column_name="gt_kdtm"), "takes none"),
        (changed(DROP, action="delete"), "action"),
        (changed(DROP, without="reason"), "reason"),
        (changed(DROP, reason=""), "reason"),
        (changed(DROP, without="reported_by"), "reported_by"),
        (changed(DROP, without="decided_at"), "decided_at"),
        (changed(DROP, strange=1), "strange"),
        (changed(OVERRIDE, column_name="gt_tien_mat"), "no such column"),
        (changed(OVERRIDE, column_name="don_vi"), "key column"),
        (changed(OVERRIDE, new_value="mười hai"), "not of the column's type"),
        (changed(OVERRIDE, without="new_value"), "override needs"),
        (changed(SCALE, column_name="ma_xa"), "column of numbers"),
        (changed(SCALE, factor=0.001), "quote a factor"),
        (changed(SCALE, factor="1"), "not 1"),
        (changed(SCALE, factor="-3"), "positive"),
        (changed(SCALE, factor="0.0000001"), "6 decimals"),
        (changed(SCALE, delivery_id="abc"), "delivery_id"),
        (changed(SCALE, row_key=KEY), "takes none"),
        ("drop it", "must be a mapping"),
    ],
)
def test_what_cannot_be_applied_is_told_with_its_place(tmp_path: Path, entry: dict[str, object], told: str) -> None:
    write(tmp_path, changed(FLAG), entry)
    with pytest.raises(LangsonError, match=rf"(?s)cashless_payments/corrections.yml.*entry 2.*{told}"):
        read_corrections(datetime(2023, 1, 1), tmp_path)


def test_a_code_is_used_once(tmp_path: Path) -> None:
    write(tmp_path, DROP, changed(FLAG, code="k3"))
    with pytest.raises(LangsonError, match=r"k3 .*taken"):
        read_corrections(datetime(2023, 1, 1), tmp_path)


def test_the_project_s_own_corrections_can_all_be_read() -> None:
    assert all(isinstance(load_corrections(code, ROOT / "sources"), list) for code in contracts())


def test_a_factor_is_kept_exactly() -> None:
    assert Correction(**changed(SCALE, factor="0.001")).value == "0.001"  # type: ignore[arg-type]
    assert Correction(**changed(SCALE, factor=1_000_000)).value == "1000000"  # type: ignore[arg-type]


# --- what became of it ----------------------------------------------------------------------------------------------


def home_with(
    folder: Path, correction: dict[str, object], deliveries: dict[str, tuple[str, int | None]], source: str = SOURCE
) -> Home:
    """A home after dbt: deliveries by id with their outcome and the value (None: no such row) of hospital A's cell."""
    rows = [
        {"don_vi": unit, "thang": date(2022, 3, 1), "gt_kdtm": value, "_delivery_id": delivery, "_row_number": number}
        for delivery, (_, cell) in deliveries.items()
        for number, (unit, value) in enumerate([("Bệnh viện A", cell), ("Bệnh viện B", 5)])
        if value is not None
    ]
    loaded = read_corrections(datetime(2023, 1, 1), write(folder, correction)).to_pylist()
    make_home(folder, {"corrections": loaded}, (), {(source, DATASET): rows})
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "create table stg_deliveries (delivery_id varchar, outcome varchar, is_read boolean, received_at timestamp)"
        )
        for number, (delivery, (outcome, _)) in enumerate(deliveries.items(), 1):
            moment = datetime(2022, 4, number)
            warehouse.execute(
                "insert into stg_deliveries values (?, ?, ?, ?)", [delivery, outcome, outcome == "standing", moment]
            )
        warehouse.execute(
            f"create table stg_corrections as select * from read_parquet('{folder}/definitions/corrections.parquet')"
        )
    return Home(folder)


OLD, NEW = "0123456789abcdef", "f" * 16
WRONG, GONE = {OLD: ("standing", 3)}, {OLD: ("superseded", 3), NEW: ("standing", None)}


@pytest.mark.parametrize(
    ("correction", "deliveries", "needed", "rows"),
    [
        (OVERRIDE, WRONG, True, "1"),
        (OVERRIDE, {OLD: ("superseded", 3), NEW: ("standing", 12)}, False, "0"),
        (OVERRIDE, {OLD: ("superseded", 3), NEW: ("standing", 13)}, True, "1"),
        (OVERRIDE, GONE, False, "0"),
        (DROP, WRONG, True, "1"),
        (DROP, GONE, False, "0"),
        (SCALE, WRONG, True, "2"),
        (SCALE, {OLD: ("superseded", 3), NEW: ("standing", 3_000_000)}, False, "0"),
        (FLAG, WRONG, True, "1"),
        (FLAG, GONE, False, "0"),
        (changed(FLAG, without="row_key", delivery_id=OLD), WRONG, True, "2"),
    ],
)
def test_a_correction_fails_as_a_warning_once_the_source_has_fixed_its_error(
    tmp_path: Path,
    correction: dict[str, object],
    deliveries: dict[str, tuple[str, int | None]],
    needed: bool,
    rows: str,
) -> None:
    [verdict] = correction_verdicts(home_with(tmp_path, correction, deliveries))
    assert (verdict.passed, verdict.observed, verdict.severity) == (needed, rows, "warn")
    assert verdict.check == f"correction_cashless_payments_{correction['code']}"
    assert "Sở Y tế gửi bằng triệu đồng" in verdict.reason and "20/04/2022" in verdict.reason
    assert ("remove the entry" in verdict.reason) is not needed


def test_without_corrections_nothing_is_asked(tmp_path: Path) -> None:
    make_home(tmp_path, {})
    assert correction_verdicts(Home(tmp_path)) == []


def test_the_release_lists_every_correction_and_a_needless_one_keeps_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.release.publish import write_extra

    home = home_with(tmp_path / "home", OVERRIDE, GONE)
    staged = home.releases / "2022-05-01-0.staged"
    for kind in ("parquet", "csv"):
        (staged / kind).mkdir(parents=True)
    own = [Verdict("spine_whole", True, "đủ | whole")]
    monkeypatch.setattr("pipelines.gate_step.judge", lambda _: own)
    monkeypatch.setattr("pipelines.gate_step.parent_of", lambda _: None)
    assert run_gate(home) == own, "Dagster is told of the required checks alone"
    kept = read_verdicts(staged)
    assert [verdict.check for verdict in kept] == ["correction_cashless_payments_k1", "spine_whole"]
    table = quality_table(kept, home)
    assert [(row["stage"], row["outcome"], row["severity"]) for row in table.to_pylist()] == [
        ("correction", "failed", "warn"), ("gate", "passed", "error"),
    ]  # fmt: skip
    write_extra(staged, "quality_results", table)
    told = changes_text(staged, None, "r")
    assert "## Sửa lỗi của nguồn | Corrections of the sources" in told
    assert "HẾT CẦN" in told and "gt_kdtm := 12" in told


def test_the_definitions_keep_who_reported_an_error() -> None:
    assert {"reported_by", "reported_at"} <= set(CORRECTIONS.names)
