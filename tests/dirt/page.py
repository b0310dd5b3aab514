"""`docs/dirt.md`, written from what the door says of each kind's delivery."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sources.contract import load_contract
from sources.door.batches import kept_rows
from sources.door.prepare import Prepared, Preparer
from sources.door.reading import unit_codes_of_senders
from tests.dirt.catalogue import Excluded, Family, Kind, Refused, Rejected, Repaired, SameUnit, Settled
from tests.dirt.deliveries import Delivery
from tests.dirt.kinds_files import CODE_PAGES, GROUPS, LAYOUT, MARKUP, SHIFTED
from tests.dirt.kinds_settled import BEYOND, DUPLICATES, PERIODS, PLACES, UNITS
from tests.dirt.kinds_values import DATE_SHAPES, DATES, FLAGS, IDENTIFIERS, NUMBERS, SPACES, TESTS, WORDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "dirt.md"
FAMILIES: tuple[Family, ...] = (
    DATES, DATE_SHAPES, PERIODS, NUMBERS, LAYOUT, GROUPS, IDENTIFIERS, SPACES, DUPLICATES, TESTS, BEYOND, FLAGS, PLACES,
    MARKUP, WORDS, CODE_PAGES, SHIFTED, UNITS,
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.code: kind for family in FAMILIES for kind in family.kinds}

_HEAD = """# Dữ liệu bẩn và cách xử lý | Dirty data and what becomes of it

Trang này do `python -m tests.dirt` viết ra từ chính các kiểm thử (`tests/dirt/`); đừng sửa tay. Mỗi loại có một lần
gửi thử chỉ bẩn đúng chỗ đó, đi qua cửa nhận thật.

This page is written by `python -m tests.dirt` from the tests themselves (`tests/dirt/`); do not edit it. Each kind has
a delivery with that dirt alone, read through the real door.

| Kết quả | Outcome | nghĩa là | meaning |
| --- | --- | --- | --- |
| sửa | repaired | giá trị nhận vào đúng như khi gửi sạch | the landed values are those of a clean delivery |
| từ chối dòng | rejected | chỉ dòng đó bị trả lại, kèm lý do | that row alone comes back, with its reason |
| để ngoài | excluded | dòng được đếm theo quy tắc, không lưu | the row is counted under a rule and never stored |
| trả cả tệp | refused | không nhận tệp; số liệu trước vẫn giữ | nothing is landed; what stood before stays |
| xử lý sau cửa | settled | khi ghép các lần gửi | when deliveries are put together |

Dấu `␣` là dấu cách, `⇥` là tab, `↵` là xuống dòng. `␣` is a space, `⇥` a tab, `↵` a line end.
"""


@dataclass(frozen=True)
class Taken:
    """What the door says of a delivery, and the rows that would land (without the door's own columns)."""

    prepared: Prepared
    rows: list[dict[str, object]]


@cache
def _preparer() -> Preparer:
    return Preparer(bytes(32), unit_codes_of_senders())


@cache
def take(delivery: Delivery) -> Taken:
    """Read one delivery as the door does, with a key of no meaning; nothing is kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / delivery.file_name
        path.write_bytes(delivery.content)
        prepared = _preparer().prepare(delivery.source_code, path, Path(folder))
        table = kept_rows(prepared.rows) if prepared.rows else None
    rows = [] if table is None else table.drop_columns(["_delivery_id", "_row_number"]).to_pylist()
    return Taken(prepared, rows)


def written() -> str:
    """The whole page."""
    lines = [_HEAD]
    for family in FAMILIES:
        lines += [
            f"## {family.vi} | {family.en}",
            "",
            f"Thấy ở | Seen in: {family.seen}",
            "",
            "| Loại | Kind | Ví dụ · Example | Kết quả · Outcome | Người gửi được báo · The sender is told |",
            "| --- | --- | --- | --- | --- |",
            *(_row(kind) for kind in family.kinds),
            "",
        ]
    return "\n".join(lines[:-1]) + "\n"


def _row(kind: Kind) -> str:
    outcome, told = _said(kind)
    example = f"`{_cell(kind.example)}`" if kind.example else "–"
    return f"| {_cell(kind.vi)} | {_cell(kind.en)} | {example} | {outcome} | {told} |"


def _said(kind: Kind) -> tuple[str, str]:
    """Outcome and what the sender is told, both Vietnamese first."""
    match kind.outcome:
        case Repaired():
            return "sửa · repaired", "không phải làm gì · nothing to do"
        case Rejected(rule, column):
            assert kind.dirty is not None
            [reject] = take(kind.dirty).prepared.rejects.to_pylist()
            where = f", cột · column `{column}`" if column else ""
            expected = f": {_cell(str(reject['expected']))}" if reject["expected"] else ""
            return "từ chối dòng · rejected", f"`{rule}`{where}{expected}"
        case Excluded(rule):
            assert kind.dirty is not None
            return "để ngoài · excluded", f"`{rule}`: {_cell(_source_of(kind.dirty, rule))}"
        case Refused():
            assert kind.dirty is not None
            return "trả cả tệp · refused", _cell(take(kind.dirty).prepared.refusal)
        case SameUnit(_, None):
            return "từ chối dòng · rejected", "`unit_unresolved`: kèm các đơn vị gần giống · with the units alike"
        case SameUnit(_, unit_code):
            return "sửa · repaired", f"hiểu là · read as `{unit_code}`"
        case Settled(_, vi, en):
            return "xử lý sau cửa · settled", f"{vi} · {en}"


def _source_of(delivery: Delivery, rule: str) -> str:
    """Where the contract says a rule comes from."""
    contract = load_contract(ROOT / "sources" / delivery.source_code / "source.yml")
    rules = [exclusion for dataset in contract.datasets.values() for exclusion in dataset.exclude]
    return next(exclusion.source for exclusion in rules if exclusion.rule == rule)


def _cell(text: str) -> str:
    """A text inside a Markdown table."""
    return text.replace("|", "·").replace("\n", " ").replace("\u00ad", "&shy;").strip()
