"""The Excel file that a sender gets back: what came, what became of it, and each rejected row with what is wrong."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from sources.door.receipts import Receipt

RULES = {
    "required_empty": "để trống | left empty",
    "unreadable_identifier": "không phải mã định danh | no identifier",
    "invalid_tax_code": "mã số thuế sai | a wrong tax code",
    "malformed_text": "sai dạng | of another form",
    "unreadable_date": "không đọc được ngày | an unreadable date",
    "unreadable_flag": "không rõ có hay không | neither yes nor no",
    "unreadable_amount": "không đọc được số tiền | an unreadable amount",
    "unreadable_integer": "không phải số nguyên | no whole number",
    "unreadable_number": "không phải số | no number",
    "unknown_code": "mã lạ | an unknown code",
    "wrong_column_count": "dòng thừa hoặc thiếu cột | a row with other columns",
    "other_kind": "loại tài liệu khác | another kind of document",
    "nested_archive": "tệp nén trong tệp nén | an archive in an archive",
    "not_a_document": "không phải tài liệu | no document",
    "unreadable_document": "không đọc được tài liệu | an unreadable document",
    "unit_unresolved": "không nhận ra đơn vị | the unit is not recognised",
    "village_unresolved": "không nhận ra thôn | the village is not recognised",
    "period_unreadable": "không rõ kỳ | the period is not clear",
    "negative_total": "tổng âm | a negative total",
    "cashless_above_total": "lớn hơn tổng | more than the total",
}
"""The rules in a sender's words; a rule not here is shown by its code."""
TITLES = (
    "Dòng | Row", "Nhãn | Label", "Lỗi | What is wrong", "Cột trong tệp | Column in the file",
    "Nội dung đã gửi | What it said", "Cần là | Expected", "Mã lỗi | Rule", "Mã cột | Column code",
)  # fmt: skip
_OUTCOMES = {"accepted": "đã nhận | accepted", "refused": "TRẢ LẠI CẢ TỆP | REFUSED AS A WHOLE"}
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows; more rejected rows than this are told by their number only."""
LONGEST = 32_000
"""A cell holds 32,767 characters; a longer text would not be written at all."""
HEAD = 9
"""Rows above the table's titles."""


def write(
    path: Path, receipt: Receipt, rows: Sequence[dict[str, Any]], headers: Mapping[str | None, str | None]
) -> None:
    """Write the workbook. A text stays a text, whatever it begins with: no formula, no link, nothing to run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), settings) as book:
        sheet = book.add_worksheet("Dòng bị loại")
        bold = book.add_format({"bold": True})
        # Excel shows such a cell as if typed after an apostrophe, so that editing it makes no formula of it either.
        quoted = book.add_format({"quote_prefix": True, "text_wrap": True, "valign": "top"})
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, len(TITLES) - 1, 34)
        for line, (title, said) in enumerate(_summary(receipt, len(rows))):
            sheet.write_string(line, 0, title, bold)
            sheet.write_string(line, 1, said, quoted)
        for place, title in enumerate(TITLES):
            sheet.write_string(HEAD, place, title, bold)
        for line, row in enumerate(rows[:MOST_ROWS], start=HEAD + 1):
            for place, value in enumerate(cells(row, headers)):
                if isinstance(value, int):
                    sheet.write_number(line, place, value)
                elif value is not None:
                    sheet.write_string(line, place, value[:LONGEST], quoted)
        sheet.freeze_panes(HEAD + 1, 1)


def cells(row: Mapping[str, Any], headers: Mapping[str | None, str | None]) -> list[int | str | None]:
    """One rejected row under TITLES."""
    rule = row["rule"]
    return [
        row["row_number"], row["row_label"], RULES.get(rule, rule), headers.get(row["column_name"]), row["text"],
        row["expected"], rule, row["column_name"],
    ]  # fmt: skip


def _summary(receipt: Receipt, rejected: int) -> list[tuple[str, str]]:
    window = f"{receipt.window_start:%d/%m/%Y} – {receipt.window_end:%d/%m/%Y}" if receipt.window_end else "–"
    shown = f"; chỉ ghi {MOST_ROWS} dòng đầu | the first {MOST_ROWS} are shown" if rejected > MOST_ROWS else ""
    return [
        ("Tệp | File", receipt.file_name),
        ("Số liệu | Data", f"{receipt.source_code}.{receipt.dataset}, {receipt.part}, {window}"),
        ("Mã lượt nhận | Delivery", receipt.delivery_id),
        ("Nhận lúc | Received", f"{receipt.received_at:%d/%m/%Y %H:%M}"),
        ("Kết quả | Outcome", _OUTCOMES[receipt.outcome]),
        ("Lý do | Reason", receipt.reason or "–"),
        ("Dòng bị loại | Rows rejected", f"{rejected} / {receipt.rows_read} dòng đọc | rows read{shown}"),
    ]
