"""Parquet at the door: damaged and hostile files are refused with a reason, large ones typed in pieces as if whole."""

import random
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sources.formats.parquet
from sources.door.intake import accept
from sources.door.personal import KEY_VARIABLE
from sources.door.reading import Arrival
from sources.door.receipts import Receipt
from sources.formats.base import FormatError, Limits
from sources.formats.parquet import read_parquet

LIMITS = Limits(bytes=1_000_000, unpacked=4_000_000, rows=10_000, columns=16)
NAME = "HSSK_180_20220131.parquet"


@pytest.fixture(autouse=True)
def hash_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a key in the environment, as an operator would."""
    monkeypatch.setenv(KEY_VARIABLE, bytes(range(32)).hex())


def records(rows: int) -> pa.Table:
    """Health records as a pull brings them: every third commune unknown in shape, every fifth date unreadable."""
    numbers = range(rows)
    return pa.table(
        {
            "ma_ho_so": [f"LS{number:06d}" for number in numbers],
            "so_cccd": [None if number % 4 == 0 else f"0202{number:08d}" for number in numbers],
            "ma_xa": [" 5977 " if number % 3 == 0 else "05977" for number in numbers],
            "ngay_tao": ["31/02/2022" if number % 5 == 4 else "2022-01-05" for number in numbers],
            "trang_thai": ["Hoạt động" for _ in numbers],
        }
    )


def written(path: Path, table: pa.Table, **options: object) -> Path:
    """A table as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **options)
    return path


def take(home: Path, path: Path) -> Receipt:
    """What the door says of one file."""
    [receipt] = accept(home, [Arrival(path, "health_records", datetime(2022, 2, 5, 9, 0))], "inbox")
    return receipt


def test_a_delivery_typed_in_pieces_is_that_typed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / NAME, records(23), row_group_size=10)
    whole = take(tmp_path / "whole", file)
    monkeypatch.setattr(sources.formats.parquet, "BATCH_ROWS", 4)
    pieces = take(tmp_path / "pieces", file)
    assert pieces == whole
    assert (whole.outcome, whole.part, whole.rows_read, whole.rows_landed, whole.rows_rejected) == (
        "accepted", "180", 23, 19, 4,
    )  # fmt: skip
    homes = (tmp_path / "whole", tmp_path / "pieces")
    landed = [pq.read_table(home / whole.landing_path).to_pylist() for home in homes]
    assert landed[0] == landed[1]
    assert {row["ma_xa"] for row in landed[0]} == {"05977"}
    rejected = f"landing/rejects/health_records/records/{whole.delivery_id}.parquet"
    rejects = [pq.read_table(home / rejected).to_pylist() for home in homes]
    assert rejects[0] == rejects[1]
    assert [row["row_number"] for row in rejects[0]] == [5, 10, 15, 20]


def test_a_file_damaged_far_behind_its_beginning_lands_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.formats.parquet, "BATCH_ROWS", 10)
    file = written(tmp_path / NAME, records(60), row_group_size=10, use_dictionary=False, write_page_checksum=True)
    start = pq.ParquetFile(file).metadata.row_group(5).column(0).data_page_offset
    damaged = bytearray(file.read_bytes())
    damaged[start + 60] ^= 0xFF
    file.write_bytes(damaged)
    receipt = take(tmp_path / "home", file)
    assert (receipt.outcome, receipt.rows_read, receipt.rows_rejected, receipt.rows_landed) == ("refused", 60, 60, 0)
    assert "bị hỏng" in receipt.reason
    assert not list((tmp_path / "home/landing/health_records").rglob("part=*"))
    assert not list((tmp_path / "home").glob(".door-*"))


def test_a_renamed_column_is_refused_by_name(tmp_path: Path) -> None:
    table = records(6).rename_columns(["ma_ho_so", "so_cccd", "don_vi_hanh_chinh", "ngay_tao", "trang_thai"])
    receipt = take(tmp_path / "home", written(tmp_path / NAME, table))
    assert receipt.outcome == "refused"
    assert "ma_xa" in receipt.reason and "don_vi_hanh_chinh" in receipt.reason


HOSTILE = {
    "no Parquet": (b"ma_ho_so,ma_xa\n1,05977\n" * 10, "bị hỏng"),
    "a login page": (b"<html><input type=password></html>", "đăng nhập"),
    "empty": (b"", "rỗng"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_parquet_is_refused_with_its_reason(tmp_path: Path, kind: str) -> None:
    content, reason = HOSTILE[kind]
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=reason):
        read_parquet(path, LIMITS)


def test_numbers_and_nested_values_are_no_texts(tmp_path: Path) -> None:
    table = pa.table({"ma": ["a"], "so": [1], "danh_sach": [["a", "b"]], "ngay": [datetime(2022, 1, 1)]})
    with pytest.raises(FormatError, match="so, danh_sach, ngay"):
        read_parquet(written(tmp_path / "a.parquet", table), LIMITS)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xc3\x28")])
    with pytest.raises(FormatError, match="bị hỏng"):
        read_parquet(written(tmp_path / "a.parquet", pa.table({"ma": broken})), LIMITS)


def test_one_long_text_said_for_every_row_is_refused_before_it_is_spelt_out(tmp_path: Path) -> None:
    table = pa.table({"ma": pa.array(["x" * 100_000] * 5_000).dictionary_encode()})
    path = written(tmp_path / "a.parquet", table, compression="zstd")
    assert path.stat().st_size < 10_000, "500 MB of text in a small file"
    with pytest.raises(FormatError, match="vượt giới hạn"):
        read_parquet(path, LIMITS)


def test_too_many_rows_or_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="10001 dòng"):
        read_parquet(written(tmp_path / "a.parquet", pa.table({"ma": ["a"] * 10_001})), LIMITS)
    with pytest.raises(FormatError, match="17 cột"):
        read_parquet(written(tmp_path / "b.parquet", pa.table({f"c{n}": ["a"] for n in range(17)})), LIMITS)


def test_whatever_byte_is_wrong_the_reader_gives_all_rows_or_says_why_not(tmp_path: Path) -> None:
    good = written(tmp_path / "good.parquet", records(50), write_page_checksum=True).read_bytes()
    chance = random.Random(2022)
    path = tmp_path / "a.parquet"
    outcomes = {"read": 0, "refused": 0}
    for _ in range(300):
        damaged = bytearray(good)
        for _ in range(chance.choice((1, 1, 4))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.2:
            del damaged[chance.randrange(len(damaged)) :]
        path.write_bytes(bytes(damaged))
        try:
            raw = read_parquet(path, LIMITS)
            assert raw.height == raw.rows.num_rows == 50
            outcomes["read"] += 1
        except FormatError as error:
            assert " | " in error.reason
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 0, outcomes
