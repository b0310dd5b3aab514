"""`langson confirm`: only what can have an effect is written, and the next run applies it from that moment on."""

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.confirm import confirm_alias, confirm_shrink, confirm_value
from pipelines.definitions_step import read_confirmations, write_definitions
from pipelines.errors import LangsonError
from pipelines.home import Home
from pipelines.inputs import newest_moment
from pipelines.intake import take_in
from pipelines.rejects import rejected_rows
from pipelines.release.store import Release
from sources.door.personal import KEY_VARIABLE
from sources.door.receipts import Receipt, read_receipts
from tests.conftest import ROOT

HEADER = "ma_ho_so,so_cccd,ma_the_bhyt,nam_sinh,gioi_tinh,ma_xa,ngay_tao,ngay_cap_nhat_cuoi,trang_thai"
WHY, WHO = "Công văn số 12 của Sở Y tế", "Sở TTTT"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of real deliveries, and a copy of the project's own decisions with all their comments."""
    decisions = tmp_path / "decisions"
    decisions.mkdir()
    for path in (ROOT / "decisions").glob("*.yml"):
        (decisions / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv(KEY_VARIABLE, "0b" * 32)
    monkeypatch.setenv("LANGSON_DECISIONS", str(decisions))
    return Home(tmp_path / "home")


def deliver(home: Home, name: str, rows: int, commune: str = "05977") -> list[Receipt]:
    """Put one file of health records in the inbox, as its sender would, and take it in."""
    lines = [
        f"HS{number:06d},0202{number:08d},TE120{number:010d},1980,Nam,{commune},05/01/2022,,hoạt động"
        for number in range(rows)
    ]
    path = home.root.parent / "inbox" / "health_records" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return take_in(home, home.root.parent / "inbox")


def decisions(home: Home, name: str = "confirmations.yml") -> str:
    return (home.root.parent / "decisions" / name).read_text(encoding="utf-8")


def the_clock_says(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("pipelines.confirm.now_local", lambda: moment)


# --- a shrunken delivery --------------------------------------------------------------------------------------------


def test_a_confirmed_shrunken_delivery_is_accepted_by_the_next_run_and_not_before(home: Home) -> None:
    [whole] = deliver(home, "HSSK_178_20220131.csv", 40)
    [half] = deliver(home, "HSSK_178_20220131.csv", 20)
    assert (whole.outcome, half.outcome) == ("accepted", "refused")
    inbox = home.root.parent / "inbox"
    assert take_in(home, inbox) == [], "it stays refused until a person has spoken"
    before = decisions(home)
    entry = confirm_shrink(home, half.delivery_id[:10], WHY, WHO)
    assert decisions(home).startswith(before.removesuffix("[]\n")), "comments and entries stay as they were"
    assert (entry["sha256"], entry["decided_by"]) == (half.sha256, WHO)
    [taken] = take_in(home, inbox)
    assert (taken.outcome, taken.rows_landed, taken.sha256) == ("accepted", 20, half.sha256)
    assert taken.received_at >= entry["decided_at"], "an --as-of before the decision does not see it"
    assert take_in(home, inbox) == []


def test_what_was_not_refused_for_shrinking_cannot_be_confirmed(home: Home) -> None:
    [accepted] = deliver(home, "HSSK_178_20220131.csv", 40)
    [broken] = deliver(home, "HSSK_180_20220131.pdf", 3)
    [half] = deliver(home, "HSSK_178_20220131.csv", 20)
    before = decisions(home)
    for delivery, told in ((accepted.delivery_id, "accepted"), (broken.delivery_id, "not refused"), ("zz", "no such")):
        with pytest.raises(LangsonError, match=told):
            confirm_shrink(home, delivery, WHY, WHO)
    for reason, by in (("  ", WHO), (WHY, "")):
        with pytest.raises(LangsonError, match="must not be empty"):
            confirm_shrink(home, half.delivery_id, reason, by)
    assert decisions(home) == before
    confirm_shrink(home, half.delivery_id, WHY, WHO)
    with pytest.raises(LangsonError, match="confirmed already"):
        confirm_shrink(home, half.delivery_id, WHY, WHO)


def test_a_refused_delivery_that_was_made_good_since_needs_no_confirmation(home: Home) -> None:
    deliver(home, "HSSK_178_20220131.csv", 40)
    [half] = deliver(home, "HSSK_178_20220131.csv", 20)
    deliver(home, "HSSK_178_20220131.csv", 41)
    with pytest.raises(LangsonError, match="accepted since"):
        confirm_shrink(home, half.delivery_id, WHY, WHO)


# --- a spelling -----------------------------------------------------------------------------------------------------


def resolved(home: Home) -> set[tuple[str, str | None]]:
    table = pq.read_table(home.definitions / "unit_resolution.parquet", filters=[("dataset", "=", "records")])
    return {(row["code_text"] + row["name_text"], row["unit_code"]) for row in table.to_pylist()}


def test_a_decided_alias_revives_the_rows_that_spell_the_unit_so_from_its_moment_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    [receipt] = deliver(home, "HSSK_178_20220131.csv", 3, commune="Xã Đồi Cũ")
    write_definitions(home)
    assert resolved(home) == {("Xã Đồi Cũ", None)}
    assert [row["rule"] for row in rejected_rows(home, receipt.delivery_id)[1]] == ["unit_unresolved"] * 3
    later = receipt.received_at.replace(year=receipt.received_at.year + 1)
    the_clock_says(monkeypatch, later)
    confirm_alias(home, "health_records", "records", "xã  đồi cũ", "05977", WHY, WHO)
    with pytest.raises(LangsonError, match="decided already"):
        confirm_alias(home, "health_records", "records", "Xã Đồi Cũ", "05980", WHY, WHO)
    assert newest_moment(home, later) == later, "the next run counts up to the decision"
    write_definitions(home, receipt.received_at)
    assert resolved(home) == {("Xã Đồi Cũ", None)}, "an --as-of before the decision does not see it"
    write_definitions(home, later)
    assert resolved(home) == {("Xã Đồi Cũ", "05977")}
    assert rejected_rows(home, receipt.delivery_id)[1] == []


def test_an_alias_of_nothing_is_refused(home: Home) -> None:
    deliver(home, "HSSK_178_20220131.csv", 3, commune="Xã Đồi Cũ")
    write_definitions(home)
    wrong = (
        (("health", "records", "Xã Đồi Cũ", "05977"), "no such dataset"),
        (("health_records", "record", "Xã Đồi Cũ", "05977"), "no such dataset"),
        (("health_records", "records", "Xã Đồi Cũ", "99999"), "no such unit"),
        (("health_records", "records", "Xã Đồi Mới", "05977"), "spells an unresolved unit"),
    )
    for arguments, told in wrong:
        with pytest.raises(LangsonError, match=told):
            confirm_alias(home, *arguments, WHY, WHO)
    assert yaml.safe_load(decisions(home, "unit_aliases.yml")) == []


# --- a held value ---------------------------------------------------------------------------------------------------


def release_with(monkeypatch: pytest.MonkeyPatch, folder: Path, *rows: tuple[str, str, str, date, str]) -> None:
    """A current release with nothing but these values."""
    (folder / "parquet").mkdir(parents=True)
    names = ("indicator_code", "definition", "unit_code", "period_start", "status")
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
    pq.write_table(table, folder / "parquet" / "fct_indicator_value.parquet")
    release = Release(folder, 1, datetime(2022, 5, 1, 9), None, "inbox")
    monkeypatch.setattr("pipelines.confirm.find_release", lambda *_: release)
    monkeypatch.setattr("pipelines.confirm.current_id", lambda _: "r")


def test_a_held_value_is_confirmed_once_and_only_if_it_is_held(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    march = date(2022, 3, 1)
    deliver(home, "HSSK_178_20220131.csv", 3)
    release_with(
        monkeypatch,
        home.releases / "r",
        ("b6", "headline", "178", march, "held"),
        ("b6", "strict", "178", march, "computed"),
        ("b6", "headline", "180", march, "computed"),
    )
    for arguments, told in (
        (("b6", "headline", "180", march), "not held"),
        (("b6", "strict", "178", march), "not held"),
        (("b6", "headline", "178", date(2022, 4, 1)), "no such value"),
        (("b99", "headline", "178", march), "no such value"),
    ):
        with pytest.raises(LangsonError, match=told):
            confirm_value(home, *arguments, WHY, WHO)
    the_clock_says(monkeypatch, datetime(2022, 5, 2, 9))
    confirm_value(home, "b6", "headline", "178", march, WHY, WHO)
    with pytest.raises(LangsonError, match="confirmed already"):
        confirm_value(home, "b6", "headline", "178", march, WHY, WHO)
    folder = home.root.parent / "decisions"
    assert read_confirmations(folder, datetime(2022, 5, 2, 8, 59)).num_rows == 0
    [row] = read_confirmations(folder, datetime(2022, 5, 2, 9)).to_pylist()
    assert (row["what"], row["indicator_code"], row["definition"], row["unit_code"], row["period_start"]) == (
        "bounds", "b6", "headline", "178", march,
    )  # fmt: skip


# --- how it is written ----------------------------------------------------------------------------------------------

STANDING = {"what": "jump", "indicator_code": "a2", "unit_code": "20", "period_start": date(2022, 1, 1)}


@pytest.mark.parametrize(
    "text",
    [
        "# đầu\n[]\n",
        "# đầu\n[]",
        "[]  \n# cuối\n",
        "",
        "# đầu\n- what: jump # vì sao\n  indicator_code: a2\n  unit_code: '20'\n  period_start: 2022-01-01\n# cuối",
        "confirmations:\n  # một\n  - {what: jump, indicator_code: a2, unit_code: '20', period_start: 2022-01-01}\n",
        "confirmations: []\n",
    ],
)
def test_every_way_a_person_may_have_written_the_file_keeps_its_entries_and_comments(home: Home, text: str) -> None:
    deliver(home, "HSSK_178_20220131.csv", 40)
    [half] = deliver(home, "HSSK_178_20220131.csv", 20)
    path = home.root.parent / "decisions" / "confirmations.yml"
    path.write_text(text, encoding="utf-8")
    entry = confirm_shrink(home, half.delivery_id, 'lý do: "có" # dấu', WHO)
    found = yaml.safe_load(decisions(home))
    found = found["confirmations"] if isinstance(found, dict) else found
    assert found == [*([STANDING] if "jump" in text else []), entry]
    for comment in ("# đầu", "# cuối", "# một", "# vì sao"):
        assert (comment in decisions(home)) == (comment in text)


def test_a_file_of_another_shape_is_left_alone_and_the_entry_is_told(home: Home) -> None:
    deliver(home, "HSSK_178_20220131.csv", 40)
    [half] = deliver(home, "HSSK_178_20220131.csv", 20)
    path = home.root.parent / "decisions" / "confirmations.yml"
    path.write_text("[{what: jump}]\n", encoding="utf-8")
    with pytest.raises(LangsonError, match=half.sha256):
        confirm_shrink(home, half.delivery_id, WHY, WHO)
    assert path.read_text(encoding="utf-8") == "[{what: jump}]\n"


def test_a_simulated_home_writes_nothing_into_the_project_s_own_decisions(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(home, "HSSK_178_20220131.csv", 40)
    [half] = deliver(home, "HSSK_178_20220131.csv", 20)
    monkeypatch.setattr(Home, "origin", lambda _: "sandbox")
    entry = confirm_shrink(home, half.delivery_id, WHY, WHO)
    assert (entry["decided_at"] - max(one.received_at for one in read_receipts(home.root))).total_seconds() == 1
    monkeypatch.setattr("pipelines.confirm._loaded", lambda *_: [])
    monkeypatch.delenv("LANGSON_DECISIONS")
    with pytest.raises(LangsonError, match="LANGSON_DECISIONS"):
        confirm_shrink(home, half.delivery_id, WHY, WHO)


def test_the_command_says_where_the_decision_went_and_an_error_is_one_message(home: Home) -> None:
    deliver(home, "HSSK_178_20220131.csv", 40)
    [half] = deliver(home, "HSSK_178_20220131.csv", 20)
    arguments = ["confirm", "shrink", half.delivery_id, "--by", WHO, "--home", str(home.root)]
    assert CliRunner().invoke(app, arguments).exit_code == 2, "a decision has a reason"
    done = CliRunner().invoke(app, [*arguments, "--reason", WHY])
    assert (done.exit_code, half.sha256 in done.stdout.replace("\n", "")) == (0, True)
