"""Whatever the bytes of a delivery, a reader gives a table or says why not; never another error, never a lost row."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.formats.base import FormatError, Limits, RawTable
from sources.formats.csv_text import read_csv
from sources.formats.html_table import read_html_table
from sources.formats.json_text import read_json
from sources.formats.xlsx import read_xlsx
from sources.formats.xml_documents import read_xml, read_xml_zip
from tests.dirt.deliveries import (
    csv_text,
    dossiers_json,
    html_text,
    invoices_json,
    notice_xml,
    record_rows,
    work_file_rows,
    work_files_xlsx,
)

WANTED = frozenset(
    {"ma hscv", "don vi", "ngay ket thuc", "ma_ho_so", "ma_xa", "maHoSo".casefold(), "donvixuly", "nbmst"}
)
LIMITS = Limits(bytes=1_000_000, unpacked=4_000_000, members=100, depth=16, rows=1_000, columns=64)
KINDS = frozenset({"I_3", "HDon"})


def _zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("a.xml", content)
        container.writestr("b.xml", b"<no")
    return buffer.getvalue()


READERS: dict[str, tuple[Callable[[Path], RawTable], list[bytes]]] = {
    "csv": (
        lambda path: read_csv(path, WANTED, LIMITS),
        [
            csv_text(work_file_rows()).encode(),
            csv_text(record_rows(), ";").encode("utf-8-sig"),
            b'ma_xa,ma_ho_so\n"1,2\n',
        ],
    ),
    "html": (
        lambda path: read_html_table(path, WANTED, LIMITS),
        [html_text(work_file_rows(), "<p>a</p>").encode(), b"<table><tr><td rowspan=3 colspan=2>M", b"<div>" * 300],
    ),
    "json": (
        lambda path: read_json(path, ("data", "datas"), "TaiLieuNop", WANTED, LIMITS),
        [dossiers_json().content, invoices_json().content, b'{"data": [{"a": 1e5, "\\u0041": "\\ud800"}, 5, null]}'],
    ),
    "xlsx": (lambda path: read_xlsx(path, WANTED, LIMITS), [work_files_xlsx().content]),
    "xml": (lambda path: read_xml(path, LIMITS, KINDS), [notice_xml("2022-03-07T10:00:00").content]),
    "zip": (lambda path: read_xml_zip(path, LIMITS, KINDS), [_zipped(notice_xml("2022-03-07T10:00:00").content)]),
}


@st.composite
def damaged(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """A good file with pieces cut, doubled, moved or overwritten, or bytes of no meaning."""
    content = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 200)))
        piece = draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from([b'"', b"<", b">", b"\0", b"\xff", b",", b"{", b"]", b"\r", b"\xef\xbb\xbf", b"&#0;"]),
                st.just(content[start:end] * 2),
            )
        )
        content = content[:start] + piece + content[end:]
    return content


@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_damaged_file_is_read_or_refused_in_words(kind: str) -> None:
    read, samples = READERS[kind]

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.one_of(damaged(samples), st.binary(max_size=300)))
    def check(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"delivery.{kind}"
            path.write_bytes(content)
            try:
                table = read(path)
            except FormatError as error:
                assert " | " in error.reason
                return
        assert table.rows.num_columns >= 3
        assert len(table.header) == table.rows.num_columns - 3 - ("_block" in table.rows.column_names)

    check()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused_in_words(value: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivery.json"
        path.write_text(json.dumps({"data": [value, {"MaHoSo": "1", "DonViXuLy": value}]}), encoding="utf-8")
        try:
            table = read_json(path, ("data",), None, WANTED, LIMITS)
        except FormatError as error:
            assert " | " in error.reason
            return
    assert table.rows.num_rows + table.rejects.num_rows == 2
