"""The citizen app's monthly counts as its interface answers them: late, twice, renamed, corrected, with dirt."""

import json
import shutil
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

from sandbox.citizen_app import GROUPS, CitizenApp
from sandbox.frame import AS_OF, Delivered, DirtTally, Served, World
from sandbox.spelling import decomposed

SOURCE = "citizen_app"
_CODES = (
    "ngay_chot", "ma_huyen", "ma_xa", "ten_xa", "nhom_tuoi", "so_tai_khoan_dang_ky", "so_tai_khoan_kich_hoat",
    "so_dinh_danh_vneid", "so_hoat_dong_30_ngay",
)  # fmt: skip
_AGE_WORDS = {"<15": "Dưới 15", "15-17": "Từ 15 đến 17", "18-59": "từ 18 đến 59", "60+": "Từ 60 trở lên"}
_ELSEWHERE = (("019", "00616"), ("001", "00004"), ("213", "07204"))
_DELAY, _LATE = 3, 51


class AppFiles:
    """Writes every delivery of one set of counts."""

    def __init__(self, app: CitizenApp, world: World, inbox: Path, tally: DirtTally) -> None:
        self._app, self._world, self._inbox, self._tally = app, world, inbox, tally
        self._generator = world.random("citizen_app files")

    def write_all(self) -> list[Delivered]:
        """All months, with the ways deliveries go wrong."""
        deliveries = []
        dirt = self._world.settings.dirt
        for month, day in enumerate(self._app.days):
            stem = f"{SOURCE}/XuLang_{day:%Y%m%d}"
            delay = _DELAY
            served = Served("accounts", "-", day, day)
            rows = self._rows(month, day)
            if dirt and day.month == 6:
                self._write(f"{stem}_cu.json", rows, renamed=True)
                deliveries.append(Delivered(f"{stem}_cu.json", _received(day, delay), served))
                self._tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
                delay += 5
            elif dirt and day.month == 10:
                self._write(f"{stem}_lan1.json", rows[len(rows) // 6 :])
                deliveries.append(Delivered(f"{stem}_lan1.json", _received(day, delay), served))
                self._tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
                delay += 6
            elif dirt and day.month == 7:
                delay = _LATE
                self._tally.add(SOURCE, "late_file", repairable=1)
            self._write(f"{stem}.json", rows)
            deliveries.append(Delivered(f"{stem}.json", _received(day, delay), served))
            if dirt and day.month == 11:
                shutil.copyfile(self._inbox / f"{stem}.json", self._inbox / f"{stem}_gui_lai.json")
                deliveries.append(Delivered(f"{stem}_gui_lai.json", _received(day, delay + 7), served))
                self._tally.add(SOURCE, "same_file_sent_twice", repairable=1)
        return deliveries

    def _rows(self, month: int, day: date) -> list[list[str]]:
        """Every place and age group, and after them those who live nowhere known, elsewhere, or are of no known age."""
        app, closing = self._app, day.isoformat()
        struck: Counter[str] = Counter()
        rows = []
        for place, code in enumerate(app.places):
            for group, word in enumerate(GROUPS):
                counters = [str(number) for number in app.counts[month, place, group].tolist()]
                if len(code) == 5:
                    cells = [self._world.units[code].parent or "", code, self._world.units[code].name]
                else:
                    cells = [code, "" if place % 2 else "00000", ""]
                lost = app.lost.get((month, place, group), "")
                line = self._spoiled([*cells, word, *counters], lost, struck)
                rows.append([closing, *line])
                if struck.pop("listed_twice", 0):
                    rows.append([closing, *line])
                    self._tally.add(SOURCE, "listed_twice", repairable=1)
        for kind, times in struck.items():
            if kind in app.lost.values():
                self._tally.add(SOURCE, kind, lost=times)
            else:
                self._tally.add(SOURCE, kind, repairable=times)
        of_all = app.counts[month].sum(axis=0)
        for group, word in enumerate(GROUPS):
            away = [str(number // 40 + 1) for number in of_all[group].tolist()]
            district, commune = _ELSEWHERE[group % len(_ELSEWHERE)]
            rows += [[closing, "00", "00", "", word, *away], [closing, district, commune, "", word, *away]]
        rows.append([closing, "178", "05971", "", "Không rõ", "3", "2", "0", "1"])
        return rows

    def _spoiled(self, cells: list[str], lost: str, struck: Counter[str]) -> list[str]:
        """District, commune, its name, age group and the four counters of one row, as somebody typed them."""
        if lost:
            struck[lost] += 1
        if lost == "unknown_commune_code":
            cells[1] = "99" + cells[1][2:]
        elif lost == "unreadable_counter":
            cells[5] = "#REF!"
        elif lost == "unknown_age_group":
            cells[3] = "trung niên"
        elif self._world.settings.dirt and (chance := self._generator.random()) < 0.06:
            kind = ("leading_zero_lost", "age_group_in_words", "decomposed_accents", "listed_twice")[int(chance * 65)]
            struck[kind] += 1
            if kind == "leading_zero_lost":
                cells[1] = cells[1].lstrip("0")
            elif kind == "age_group_in_words":
                cells[3] = _AGE_WORDS[cells[3]].upper()
            elif kind == "decomposed_accents":
                cells[3] = decomposed(_AGE_WORDS[cells[3]])
        if self._world.settings.dirt and any(len(cell) > 3 and cell.isdigit() for cell in cells[4:]):
            # Somebody formatted the numbers before saving the sheet as text.
            cells[4:] = [f"{int(cell):,}".replace(",", ".") if cell.isdigit() else cell for cell in cells[4:]]
            struck["separators_of_thousands"] += 1
        return cells

    def _write(self, name: str, rows: list[list[str]], renamed: bool = False) -> None:
        """One answer: a record for each row, counters as numbers unless somebody has formatted them."""
        names = ["ma_dvhc" if renamed and name == "ma_xa" else name for name in _CODES]
        records = [
            dict(zip(names, [*row[:5], *(int(cell) if cell.isdigit() else cell for cell in row[5:])], strict=True))
            for row in rows
        ]
        path = self._inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"data": records}, ensure_ascii=False), encoding="utf-8")


def _received(day: date, days: int) -> datetime:
    """So many days after a closing day, in the afternoon; never after the sandbox's last day."""
    return min(datetime(day.year, day.month, day.day, 15, 40) + timedelta(days=days), AS_OF)
