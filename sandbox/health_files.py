"""Health records as they come: two districts send workbooks, the others' systems fill the province's database.

What a database is filled with lies under `served/` as CSV and is loaded by `sandbox.database`; all of it comes late,
twice, corrected and with dirt.
"""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.bulk_files import ListCell, write_lines, write_list_xlsx
from sandbox.frame import Delivered, DirtTally, Served, World
from sandbox.health_records import BOTH, CITIZEN_ONLY, LOST_KINDS, SPOIL_KINDS, TAIL_ONLY, HealthRecords, received_on
from sandbox.names import address, person_name
from sandbox.spelling import day_text, decomposed

SOURCE = "health_records"
CODES = (
    "ma_ho_so", "so_cccd", "ma_the_bhyt", "ho_ten", "nam_sinh", "gioi_tinh", "dia_chi", "ma_xa", "ngay_tao",
    "ngay_cap_nhat_cuoi", "trang_thai",
)  # fmt: skip
_LABELS = (
    "Mã hồ sơ", "Số CCCD", "Mã thẻ BHYT", "Họ và tên", "Năm sinh", "Giới tính", "Địa chỉ", "Mã xã", "Ngày tạo",
    "Ngày cập nhật cuối", "Trạng thái",
)  # fmt: skip
_STATES = ("hoat_dong", "chuyen_di", "tu_vong", "trung")
_STATE_WORDS = ("Hoạt động", "Chuyển đi", "Tử vong", "Trùng")
_CARDS = ("DN4", "HT2", "GD4", "TE1", "HN2", "DT2")
_XLSX_DISTRICTS = ("184", "189")
_LABELLED_DISTRICTS = ("180", "183", "186", "188")  # their systems keep labels where others keep codes
_EXPORT_DELAY = 3  # days from the closing day to the export: records made meanwhile are in the file, not in the count


class HealthFiles:
    """Writes every delivery of one set of records."""

    def __init__(self, records: HealthRecords, world: World, inbox: Path, tally: DirtTally) -> None:
        self._records, self._world, self._inbox, self._tally = records, world, inbox, tally
        districts = [int(world.units[code].parent or 0) for code in records.communes]
        self._district = np.array(districts)[records.commune]
        first = min(int(records.created.min()), date(2018, 1, 1).toordinal())
        last = world.settings.last.toordinal() + 10
        self._first = first
        self._slashed = [day_text(date.fromordinal(number)) for number in range(first, last + 1)]
        self._dashed = [date.fromordinal(number).isoformat() for number in range(first, last + 1)]
        self._deliveries: list[Delivered] = []

    def write_all(self) -> list[Delivered]:
        """All districts and closing days, with the ways deliveries go wrong."""
        for place, district in enumerate(self._world.of_level("district")):
            rows = np.flatnonzero(self._district == int(district.code))
            fixed = {int(row): self._fixed(int(row), district.code) for row in rows}
            for turn, day in enumerate(self._records.closing_days):
                if (district.code, day) in self._records.silent:
                    self._tally.add(SOURCE, "file_never_sent", lost=1)
                    continue
                self._deliver(district.code, day, rows, fixed, late=(place + turn) % 17 == 5)
        return self._deliveries

    def _deliver(
        self, district: str, day: date, rows: NDArray[np.int64], fixed: dict[int, list[ListCell]], late: bool
    ) -> None:
        dirt = self._world.settings.dirt
        delay = 3 + int(district) % 5
        suffix = "xlsx" if district in _XLSX_DISTRICTS else "csv"
        stem = f"{SOURCE}/HSSK_{district}_{day:%Y%m%d}"
        name = f"{stem}.{suffix}"
        until = day.toordinal() + _EXPORT_DELAY
        present = rows[self._records.created[rows] <= min(until, self._world.settings.last.toordinal())]
        if dirt and district == "184" and day.month == 3:
            self._write(f"{stem}_cu.{suffix}", district, day, present, fixed, renamed=True)
            self._add(f"{stem}_cu.{suffix}", district, day, delay)
            self._tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 6
        elif dirt and district == "185" and day.month == 5:
            short = present[present % 5 != 0]
            self._write(f"{stem}_lan1.csv", district, day, short, fixed)
            self._add(f"{stem}_lan1.csv", district, day, delay)
            self._tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 9
        elif dirt and late and day.month <= 10:
            delay += 55
            self._tally.add(SOURCE, "late_file", repairable=1)
        self._write(name, district, day, present, fixed)
        self._add(name, district, day, delay)
        if dirt and district == "187" and day.month == 6:
            again = f"{stem}_gui_lai.{suffix}"
            shutil.copyfile(self._inbox / name, self._inbox / again)
            self._add(again, district, day, delay + 14)
            self._tally.add(SOURCE, "same_file_sent_twice", repairable=1)

    def _add(self, name: str, district: str, day: date, delay: int) -> None:
        """A workbook comes to the inbox; the records of another district are in the database from that moment on."""
        answers = None if district in _XLSX_DISTRICTS else Served("records", district, day, day)
        self._deliveries.append(Delivered(name, received_on(day, delay), answers))

    def _fixed(self, row: int, district: str) -> list[ListCell]:
        """The nine fields of a record that never change, as its district writes them."""
        records = self._records
        person, identifiers = int(records.person[row]), int(records.identifiers[row])
        lost, spoiled = LOST_KINDS[records.lost[row]], SPOIL_KINDS[records.spoiled[row]]
        born = int(records.birth_year[person])
        commune = records.communes[records.commune[row]]
        sex = person % 2
        citizen = card = ""
        if identifiers in (BOTH, CITIZEN_ONLY):
            province = "001" if person % 23 == 0 else "020"
            citizen = f"{province}{sex + (2 if born >= 2000 else 0)}{born % 100:02d}{person:06d}"
        if identifiers in (BOTH, TAIL_ONLY):
            card = f"{_CARDS[(person + row) % len(_CARDS)]}20{20:02d}{person:08d}"
        labelled = district in _LABELLED_DISTRICTS or district in _XLSX_DISTRICTS
        slashed = (district != "181") != (spoiled == "other_date_form")
        created = (self._slashed if slashed else self._dashed)[int(records.created[row]) - self._first]
        if lost == "unknown_commune_code":
            commune = "99" + commune[2:]
        elif lost == "unreadable_date":
            created = "31/02/" + created[-4:] if slashed else created[:4] + "-02-31"
        elif lost == "unreadable_identifier":
            citizen = "ABC" + citizen[3:]
        if spoiled == "leading_zero_lost":
            commune, citizen = commune.lstrip("0"), citizen.lstrip("0")
        elif spoiled == "stray_white_space":
            commune, citizen = f" {commune}", citizen and f"{citizen}  "
            card = card and f"{card[:3]} {card[3:5]} {card[5:]}"
        sex_text = ("Nam", "Nữ")[sex] if labelled else ("1", "2")[sex]
        number = f"LS{commune.strip()[-3:]}-{row:07d}"
        return [number, citizen, card, person_name(person), str(born), sex_text, address(person), commune, created]

    def _rows(
        self, district: str, day: date, rows: NDArray[np.int64], fixed: dict[int, list[ListCell]]
    ) -> Iterator[list[ListCell]]:
        records = self._records
        as_at = day
        updated = records.updated(as_at)[rows]
        states = records.state(as_at)[rows]
        words = _STATES if district not in _LABELLED_DISTRICTS and district not in _XLSX_DISTRICTS else _STATE_WORDS
        days = self._dashed if district == "181" else self._slashed
        struck = dict.fromkeys((*LOST_KINDS[1:], *SPOIL_KINDS[1:]), 0)
        for row, update, state in zip(rows.tolist(), updated.tolist(), states.tolist(), strict=True):
            word = words[state]
            lost, spoiled = int(records.lost[row]), int(records.spoiled[row])
            if lost:
                struck[LOST_KINDS[lost]] += 1
                word = "Không rõ" if LOST_KINDS[lost] == "unknown_status" else word
            elif spoiled:
                struck[SPOIL_KINDS[spoiled]] += 1
                word = decomposed(word).upper() if SPOIL_KINDS[spoiled] == "decomposed_accents" else word
            line = [*fixed[row], days[update - self._first] if update else "", word]
            yield line
            if SPOIL_KINDS[spoiled] == "listed_twice":
                yield line
        for kind, count in struck.items():
            if kind in LOST_KINDS:
                self._tally.add(SOURCE, kind, lost=count)
            else:
                self._tally.add(SOURCE, kind, repairable=count)

    def _write(
        self, name: str, district: str, day: date, rows: NDArray[np.int64], fixed: dict[int, list[ListCell]],
        renamed: bool = False,
    ) -> None:  # fmt: skip
        path = self._inbox / name
        lines = self._rows(district, day, rows, fixed)
        unit = self._world.units[district]
        title = [
            "SỞ Y TẾ TỈNH LẠNG SƠN", f"TRUNG TÂM Y TẾ {unit.name.upper()}", "DANH SÁCH HỒ SƠ SỨC KHỎE (MÔ PHỎNG)",
            f"Tính đến ngày {day_text(day)}",
        ]  # fmt: skip
        labels = ["Mã đơn vị hành chính" if renamed and label == "Mã xã" else label for label in _LABELS]
        if district in _XLSX_DISTRICTS:
            signed = ["NGƯỜI LẬP BIỂU", f"Ngày xuất: {day_text(day + timedelta(days=_EXPORT_DELAY))}"]
            numbered = ([number, *_as_cells(line)] for number, line in enumerate(lines, start=1))
            write_list_xlsx(path, title, ["STT", *labels], numbered, signed)
        else:
            body = [",".join([f'"{cell}"' if "," in str(cell) else str(cell) for cell in line]) for line in lines]
            write_lines(path, [",".join(CODES), *body])


def _as_cells(line: list[ListCell]) -> list[ListCell]:
    """A year, and a citizen number or commune code whose zero is lost, are numbers in a workbook."""
    return [
        int(cell) if place in (1, 4, 7) and isinstance(cell, str) and cell.isdigit() and cell[0] != "0" else cell
        for place, cell in enumerate(line)
    ]
