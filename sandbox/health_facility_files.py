"""The facility list as Sở Y tế exports it each month: a workbook under merged title rows, with dirt of its own."""

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sandbox.exports import Window, received
from sandbox.facilities import Facility, listing
from sandbox.frame import Delivered, DirtTally, World
from sandbox.names import address, person_name
from sandbox.spelling import day_text, decomposed
from sandbox.workbooks import Cell, Header, Sheet, write_xlsx

if TYPE_CHECKING:
    from sandbox.health_facilities import HealthFacilities

SOURCE = "health_facilities"
LATE, RENAMED, TWICE, CUT_SHORT = 3, 5, 8, 9
"""Months of the last year whose list is late, has a renamed column at first, comes twice, was incomplete at first."""
COLUMNS = (
    "STT", "Mã CSKCB", "Tên cơ sở KCB", "Tuyến", "Hạng", "Loại hình", "Mã huyện", "Mã xã", "Trạng thái", "Số giường",
    "Có thu viện phí", "Người phụ trách", "Địa chỉ",
)  # fmt: skip
TIERS = {2: ("2", "Tuyến tỉnh", "TỈNH"), 3: ("3", "Tuyến huyện", "huyện "), 4: ("4", "Tuyến xã", "Xã")}
GROUPS = ((2, "TUYẾN TỈNH"), (3, "TUYẾN HUYỆN"), (4, "TUYẾN XÃ"))
STATES = {True: ("Hoạt động", "Đang hoạt động", "1"), False: ("Ngừng hoạt động", "Đã đóng cửa", "0")}
SPOILS = (
    "code_as_number", "code_as_float", "commune_zero_lost", "state_word", "tier_word", "decomposed_accents",
    "stray_space", "listed_twice", "old_name",
)  # fmt: skip
TEST_ROW: list[Cell] = [
    "20999999999999999999", "Test vnpt", "4", "", "Công lập", "183", "06184", "Hoạt động", 5, "Có", "", ""
]  # fmt: skip


class FacilityLists:
    """Writes every list of one set of facilities."""

    def __init__(self, entities: "HealthFacilities", world: World, inbox: Path, tally: DirtTally) -> None:
        self._entities, self._world, self._inbox, self._tally = entities, world, inbox, tally
        self._told = listing(world, entities.facilities)
        self._spoils = self._draw_spoils(world.random("health_facilities dirt"))
        self._delivered: list[Delivered] = []

    def _draw_spoils(self, generator: np.random.Generator) -> dict[str, str]:
        """Which facilities' rows are written oddly, the same ones in every list."""
        if not self._world.settings.dirt:
            return {}
        safe = [facility.code for facility in self._entities.facilities if facility.code not in self._told.lost]
        chosen = generator.permutation(len(safe))[: len(safe) // 4]
        return {safe[int(place)]: SPOILS[turn % len(SPOILS)] for turn, place in enumerate(chosen)}

    def write_all(self) -> list[Delivered]:
        """One list a closing day."""
        generator = self._world.random("health_facilities deliveries")
        for day in self._entities.closing_days:
            self._deliver(day, int(generator.integers(4, 9)), generator)
        return self._delivered

    def _deliver(self, day: date, days: int, generator: np.random.Generator) -> None:
        is_struck = self._world.settings.dirt and day.year == self._world.settings.last.year
        window = Window(day, day)
        stem = f"DS_CSKCB_{day:%Y%m%d}"
        rows = self._groups(day)
        if is_struck and day.month == RENAMED:
            renamed = tuple("Thuộc huyện" if name == "Mã huyện" else name for name in COLUMNS)
            self._put(f"{stem}_lan1", self._sheet(day, rows, renamed), window, days - 3, generator)
            self._tally.add(SOURCE, "renamed_column_refused", repairable=1)
        if is_struck and day.month == CUT_SHORT:
            short = [(heading, [row for place, row in enumerate(group) if place % 9]) for heading, group in rows]
            self._put(f"{stem}_lan1", self._sheet(day, short, COLUMNS), window, days - 3, generator)
            self._tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
        if is_struck and day.month == LATE:
            days += 40
            self._tally.add(SOURCE, "late_file", repairable=1)
        self._put(stem, self._sheet(day, rows, COLUMNS), window, days, generator)
        if is_struck and day.month == TWICE:
            again = f"{SOURCE}/{stem}_guilai.xlsx"
            shutil.copyfile(self._inbox / SOURCE / f"{stem}.xlsx", self._inbox / again)
            self._delivered.append(Delivered(again, received(window, days + 6, generator)))
            self._tally.add(SOURCE, "same_file_again", repairable=1)

    def _put(self, stem: str, sheet: Sheet, window: Window, days: int, generator: np.random.Generator) -> None:
        path = f"{SOURCE}/{stem}.xlsx"
        write_xlsx(self._inbox / path, sheet)
        self._delivered.append(Delivered(path, received(window, days, generator)))

    def _sheet(self, day: date, groups: list[tuple[str, list[list[Cell]]]], columns: tuple[str, ...]) -> Sheet:
        return Sheet(
            title=[
                "SỞ Y TẾ TỈNH LẠNG SƠN", "PHÒNG NGHIỆP VỤ Y", "DANH SÁCH CƠ SỞ KHÁM BỆNH, CHỮA BỆNH (MÔ PHỎNG)",
                f"Tính đến ngày {day_text(day)}",
            ],
            header=Header(columns),
            groups=groups,
            signature=["NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"],
        )  # fmt: skip

    def _groups(self, day: date) -> list[tuple[str, list[list[Cell]]]]:
        """The rows of every facility that has opened by the day, by tier; a closed one stays with its state."""
        groups: list[tuple[str, list[list[Cell]]]] = []
        for tier, heading in GROUPS:
            rows: list[list[Cell]] = []
            for number, facility in enumerate(self._entities.facilities):
                if facility.tier == tier and facility.opened <= day:
                    rows += self._rows(facility, number, day)
            if self._world.settings.dirt and tier == 4:
                rows.append(list(TEST_ROW))
                self._tally.add(SOURCE, "test_row", repairable=1)
            groups.append((heading, rows))
        return groups

    def _rows(self, facility: Facility, number: int, day: date) -> list[list[Cell]]:
        state = STATES[facility.is_active(day)]
        row: list[Cell] = [
            facility.code,
            facility.name,
            str(facility.tier),
            {2: "Hạng I" if number == 0 else "Hạng II", 3: "Hạng III"}.get(facility.tier, "")
            if facility.public
            else "",
            "Công lập" if facility.public else "Tư nhân",
            self._world.units[facility.commune].parent,
            facility.commune if facility.code in self._told.has_commune else None,
            state[0],
            _beds(facility, number),
            "Có" if facility.collects_fees else ("Không", "")[number % 2],
            person_name(number),
            address(number),
        ]
        if kind := self._told.lost.get(facility.code):
            self._lose(row, kind)
        elif facility.code in self._told.wrong_commune:
            row[6] = "9" + facility.commune[1:]
            self._tally.add(SOURCE, "unknown_commune", repairable=1)
        return self._spoiled(row, facility, state)

    def _lose(self, row: list[Cell], kind: str) -> None:
        if kind == "unknown_unit":
            row[5], row[6] = "999", None
        elif kind == "unknown_status":
            row[7] = "Chờ thẩm định"
        else:
            row[0] = f"20-{str(row[0])[2:]}"
        self._tally.add(SOURCE, kind, lost=1)

    def _spoiled(self, row: list[Cell], facility: Facility, state: tuple[str, ...]) -> list[list[Cell]]:
        """The row as this facility's is written; two rows where it is listed twice."""
        kind = self._spoils.get(facility.code)
        if kind is None:
            return [row]
        before: list[list[Cell]] = []
        if kind == "code_as_number":
            row[0] = int(facility.code)
        elif kind == "code_as_float":
            row[0], row[2], row[5] = f"{facility.code}.0", float(facility.tier), f"{row[5]}.0"
        elif kind == "commune_zero_lost":
            row[6] = int(str(row[6])) if row[6] else None
        elif kind == "state_word":
            row[7] = state[1 + int(facility.code) % 2]
        elif kind == "tier_word":
            row[2] = TIERS[facility.tier][1 + int(facility.code) % 2]
        elif kind == "decomposed_accents":
            row[4], row[7] = decomposed(str(row[4])).upper(), decomposed(str(row[7]))
        elif kind == "stray_space":
            row[0], row[5], row[7] = f" {facility.code}\t", f"{row[5]} ", f"  {row[7]} "
        elif kind == "listed_twice":
            before = [list(row)]
        else:
            # The row of the old name was never kept up: it says that the facility is closed and takes no fees.
            before = [[row[0], f"{facility.name} (tên cũ)", *row[2:7], "Ngừng hoạt động", 0, "Không", *row[10:]]]
        self._tally.add(SOURCE, kind, repairable=1)
        return [*before, row]


def _beds(facility: Facility, number: int) -> Cell:
    if facility.has_beds and (facility.tier == 4 or not facility.public):
        return 2 + number % 4
    if facility.has_beds:
        return 350 if number == 0 else 60 + number % 7 * 10
    return (0, None)[number % 2]
