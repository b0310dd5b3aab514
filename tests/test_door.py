"""The door: what it takes, what it refuses and why, and that no row disappears."""

import hashlib
import hmac
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.automation.troubles import refusals
from pipelines.home import Home
from pipelines.inputs import end_of_second
from sources.door.inspect import inspect
from sources.door.intake import IntakeError, accept, find_arrivals
from sources.door.personal import KEY_VARIABLE
from sources.door.prepare import Preparer
from sources.door.reading import Arrival
from sources.door.receipts import Receipt, read_receipts

KEY = bytes(range(32))
RECORD_HEADER = "ma_ho_so,so_cccd,ma_the_bhyt,nam_sinh,gioi_tinh,ma_xa,ngay_tao,ngay_cap_nhat_cuoi,trang_thai"


@pytest.fixture(autouse=True)
def hash_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a key in the environment, as an operator would."""
    monkeypatch.setenv(KEY_VARIABLE, KEY.hex())


def record(number: int, **changed: str) -> str:
    """One line of a health-record export."""
    row = {
        "ma_ho_so": f"HS{number:06d}",
        "so_cccd": f"0202{number:08d}",
        "ma_the_bhyt": f"TE120{number:010d}",
        "nam_sinh": "1980",
        "gioi_tinh": "Nam",
        "ma_xa": "05977",
        "ngay_tao": "05/01/2022",
        "ngay_cap_nhat_cuoi": "",
        "trang_thai": "hoạt động",
    }
    return ",".join({**row, **changed}.values())


def write_records(path: Path, rows: list[str], header: str = RECORD_HEADER) -> Path:
    """A CSV export with the given lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def take(home: Path, *paths: Path, at: datetime | None = None) -> list[Receipt]:
    """Let the door take health-record files."""
    return accept(home, [Arrival(path, "health_records", at) for path in paths], "inbox")


def landed(home: Path, receipt: Receipt) -> list[dict[str, object]]:
    """The rows a receipt landed."""
    return list(pq.read_table(home / receipt.landing_path).to_pylist())


def test_a_good_file_lands_every_row_typed_and_receipted(tmp_path: Path) -> None:
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(number) for number in range(1, 6)])
    [receipt] = take(tmp_path / "home", file)
    assert (receipt.outcome, receipt.part, str(receipt.window_end)) == ("accepted", "178", "2022-01-31")
    assert (receipt.rows_read, receipt.rows_landed, receipt.rows_rejected) == (5, 5, 0)
    row = landed(tmp_path / "home", receipt)[0]
    assert row["trang_thai"] == "hoat_dong"
    assert str(row["ngay_tao"]) == "2022-01-05"
    assert row["_delivery_id"] == receipt.delivery_id


def test_personal_columns_are_hashed_with_the_key_or_never_written(tmp_path: Path) -> None:
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(7)])
    [receipt] = take(tmp_path / "home", file)
    row = landed(tmp_path / "home", receipt)[0]
    assert row["so_cccd"] == hmac.new(KEY, b"citizen_number:020200000007", hashlib.sha256).hexdigest()[:32]
    assert "gioi_tinh" not in row
    everything = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"0202" + b"00000007" not in everything


def test_the_same_person_hashes_alike_with_and_without_the_lost_leading_zero(tmp_path: Path) -> None:
    rows = [record(1, so_cccd="020280000001"), record(2, so_cccd="20280000001"), record(3, ma_the_bhyt="0000000001")]
    [receipt] = take(tmp_path / "home", write_records(tmp_path / "HSSK_178_20220131.csv", rows))
    first, second, third = landed(tmp_path / "home", receipt)
    assert first["so_cccd"] == second["so_cccd"]
    assert first["ma_the_bhyt"] == third["ma_the_bhyt"]


def test_a_row_that_breaks_the_contract_is_rejected_with_its_number_column_and_expectation(tmp_path: Path) -> None:
    rows = [record(1), record(2, ngay_tao="31/02/2022"), record(3, trang_thai="không rõ")]
    [receipt] = take(tmp_path / "home", write_records(tmp_path / "HSSK_178_20220131.csv", rows))
    assert (receipt.rows_read, receipt.rows_landed, receipt.rows_rejected) == (3, 1, 2)
    assert json.loads(receipt.rejected_by_rule) == {"unknown_code": 1, "unreadable_date": 1}
    rejects = pq.read_table(
        tmp_path / "home/landing/rejects/health_records/records" / f"{receipt.delivery_id}.parquet"
    ).to_pylist()
    assert [(row["row_number"], row["column_name"], row["text"]) for row in rejects] == [
        (3, "ngay_tao", "31/02/2022"),
        (4, "trang_thai", "không rõ"),
    ]


def test_the_text_of_a_personal_column_never_reaches_the_rejects(tmp_path: Path) -> None:
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(1), record(2, so_cccd="Nguyễn 0912")])
    found = inspect("health_records", file)
    assert [reject["text"] for reject in found.rejects] == ["Aaaaaa 9999"]


def test_a_renamed_column_refuses_the_delivery_and_names_it(tmp_path: Path) -> None:
    header = RECORD_HEADER.replace("ma_xa", "xa_phuong")
    [receipt] = take(tmp_path / "home", write_records(tmp_path / "HSSK_178_20220131.csv", [record(1)], header))
    assert receipt.outcome == "refused"
    assert "ma_xa" in receipt.reason
    assert "xa_phuong" in receipt.reason
    assert not list((tmp_path / "home/landing/health_records").rglob("part=*"))


def test_half_a_snapshot_is_refused_and_the_standing_one_stays(tmp_path: Path) -> None:
    rows = [record(number) for number in range(1, 41)]
    whole = write_records(tmp_path / "a/HSSK_178_20220131.csv", rows)
    half = write_records(tmp_path / "b/HSSK_178_20220131.csv", rows[:20])
    [first] = take(tmp_path / "home", whole)
    [second] = take(tmp_path / "home", half)
    assert second.outcome == "refused"
    assert "20" in second.reason
    assert "40" in second.reason
    assert (tmp_path / "home" / first.landing_path).exists()


def test_a_confirmed_shrunken_delivery_is_taken(tmp_path: Path) -> None:
    rows = [record(number) for number in range(1, 41)]
    half = write_records(tmp_path / "b/HSSK_178_20220131.csv", rows[:20])
    home, decisions = tmp_path / "home", tmp_path / "decisions"
    take(home, write_records(tmp_path / "a/HSSK_178_20220131.csv", rows))
    [refused] = take(home, half)
    decisions.mkdir()
    (decisions / "confirmations.yml").write_text(
        f"confirmations:\n  - {{what: shrink, sha256: {refused.sha256}, reason: xã đã sáp nhập}}\n"
    )
    [taken] = accept(home, [Arrival(half, "health_records")], "inbox", decisions)
    assert taken.outcome == "accepted"


def test_the_same_bytes_twice_are_one_delivery(tmp_path: Path) -> None:
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(1)])
    assert len(take(tmp_path / "home", file)) == 1
    assert take(tmp_path / "home", file) == []


def test_bytes_once_superseded_that_come_again_are_a_new_reception(tmp_path: Path) -> None:
    first = write_records(tmp_path / "a/HSSK_178_20220131.csv", [record(1)])
    other = write_records(tmp_path / "b/HSSK_178_20220131.csv", [record(2)])
    home = tmp_path / "home"
    for file in (first, other):
        take(home, file)
    [again] = take(home, first)
    assert again.outcome == "accepted"
    assert next(receipt.sha256 for receipt in read_receipts(home)) == again.sha256


def test_received_at_never_goes_back_before_the_newest_receipt(tmp_path: Path) -> None:
    home = tmp_path / "home"
    late = datetime(2022, 3, 1, 9)
    take(home, write_records(tmp_path / "HSSK_178_20220131.csv", [record(1)]), at=late)
    [receipt] = take(home, write_records(tmp_path / "HSSK_178_20220228.csv", [record(1)]), at=datetime(2022, 2, 1))
    assert receipt.received_at == late


def test_what_comes_within_one_second_is_received_in_an_order_and_a_refusal_in_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = datetime(2022, 3, 1, 9, 30, 15)
    monkeypatch.setattr("sources.door.intake.now_local", lambda: clock)
    home, name = tmp_path / "home", "HSSK_178_20220131.csv"
    rows = [record(number) for number in range(1, 41)]
    whole, more = write_records(tmp_path / "a" / name, rows), write_records(tmp_path / "b" / name, [*rows, record(41)])
    take(home, whole, more)
    [half] = take(home, write_records(tmp_path / "c" / name, rows[:20]))
    receipts = read_receipts(home)
    assert [receipt.rows_read for receipt in receipts] == [40, 41, 20]
    assert [receipt.received_at - clock for receipt in receipts] == [timedelta(microseconds=one) for one in range(3)]
    assert [trouble.key for trouble in refusals(receipts)] == [half.delivery_id]
    assert end_of_second(Home(home), clock) == half.received_at
    assert end_of_second(Home(home), clock - timedelta(seconds=1)) == clock - timedelta(seconds=1)


@pytest.mark.parametrize(("second_is_older_by", "stands"), [(0, 2), (60, 1)])
def test_of_two_files_of_one_period_the_one_changed_later_stands_and_else_the_second_by_name(
    tmp_path: Path, second_is_older_by: int, stands: int
) -> None:
    first = write_records(tmp_path / "inbox/health_records/HSSK_178_20220131.csv", [record(1)])
    second = write_records(tmp_path / "inbox/health_records/HSSK_178_20220131 (2).csv", [record(1), record(2)])
    os.utime(first, (1_700_000_000, 1_700_000_000))
    os.utime(second, (1_700_000_000 - second_is_older_by,) * 2)
    receipts = accept(tmp_path / "home", find_arrivals(tmp_path / "inbox"), "inbox")
    assert [receipt.outcome for receipt in receipts] == ["accepted"] * 2
    in_order = sorted(receipts, key=lambda receipt: receipt.received_at)
    assert [receipt.rows_read for receipt in in_order] == [3 - stands, stands]
    assert in_order[0].received_at < in_order[1].received_at


def test_a_landing_of_the_sandbox_refuses_real_deliveries(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(1)])
    accept(home, [Arrival(file, "health_records")], "sandbox")
    with pytest.raises(IntakeError, match="sandbox"):
        take(home, file)


def test_without_a_key_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(1)])
    with pytest.raises(IntakeError, match=KEY_VARIABLE):
        take(tmp_path / "home", file)


def test_a_second_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(1)])
    take(tmp_path / "home", file)
    monkeypatch.setenv(KEY_VARIABLE, bytes(32).hex())
    with pytest.raises(IntakeError, match="băm"):
        take(tmp_path / "home", file)


def test_secret_work_files_never_pass_the_door(tmp_path: Path) -> None:
    page = tmp_path / "SoHSCV_SO_TTTT_202203.html"
    cells = [
        [
            "HSCV-001",
            "Kế hoạch năm",
            "Sở Thông tin và Truyền thông",
            "tỉnh",
            "01/03/2022",
            "09/03/2022",
            "điện tử",
            "Thường",
        ],
        [
            "HSCV-BIMAT-9",
            "Việc mật",
            "Sở Thông tin và Truyền thông",
            "tỉnh",
            "01/03/2022",
            "32/03/2022",
            "giấy",
            "Tối mật",
        ],
    ]
    header = ["Mã HSCV", "Tiêu đề", "Đơn vị", "Cấp", "Ngày mở", "Ngày kết thúc", "Hình thức xử lý", "Độ mật"]
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [header, *cells])
    page.write_text(f"<html><body><table>{rows}</table></body></html>", encoding="utf-8")
    [receipt] = accept(tmp_path / "home", [Arrival(page, "e_office")], "inbox")
    assert (receipt.rows_landed, receipt.rows_excluded, receipt.rows_rejected) == (1, 1, 0)
    assert json.loads(receipt.excluded_by_rule) == {"state_secret": 1}
    everything = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"BIMAT" not in everything


def test_an_unknown_folder_in_the_inbox_is_named(tmp_path: Path) -> None:
    (tmp_path / "khong_co_nguon_nay").mkdir()
    with pytest.raises(IntakeError, match="khong_co_nguon_nay"):
        find_arrivals(tmp_path)


def test_files_that_were_read_are_not_held_open(tmp_path: Path) -> None:
    file = write_records(tmp_path / "HSSK_178_20220131.csv", [record(1)])
    preparer = Preparer(bytes(32), frozenset())
    preparer.prepare("health_records", file, tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        preparer.prepare("health_records", file, tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before, "an inbox of a thousand files would be too many"
