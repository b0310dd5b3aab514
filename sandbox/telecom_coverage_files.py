"""The files of coverage: a provincial sheet of villages each quarter, and one list of all operators' stations."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from sandbox.bulk_files import ListCell, write_lines, write_list_xlsx
from sandbox.frame import AS_OF, Delivered, DirtTally, World
from sandbox.spelling import day_text, decomposed, without_accents
from sandbox.telecom_coverage import GOOD, NO_SIGNAL, OPERATORS, Coverage, Place, Station
from sandbox.villages import HAMLET

SOURCE = "telecom_coverage"
_WORDS = ("Không có sóng", "Yếu", "Tốt")
_SIGNALS = tuple(f"{operator}_{technology}g" for operator in OPERATORS for technology in (3, 4))
_SURVEY = ("ma_xa", "ten_xa", "ten_thon", "so_ho", "so_ho_co_song", *_SIGNALS, "danh_gia")
_LABELS = (
    "Mã xã", "Tên xã", "Thôn, bản, khối phố", "Số hộ", "Số hộ có sóng",
    *(f"{name} {technology}G" for name in ("Viettel", "VNPT", "MobiFone", "Vietnamobile") for technology in (3, 4)),
    "Đánh giá",
)  # fmt: skip
_STATIONS = (
    "ma_tram",
    "ten_tram",
    "nha_mang",
    "cong_nghe",
    "loai",
    "toa_do",
    "huyen",
    "xa",
    "ngay_phat_song",
    "trang_thai",
)
_OPERATOR_WORDS = ("Viettel", "VNPT", "MobiFone", "Vietnamobile")
_WRONG_ACCENTS = {"Nà": "Ná", "Bản": "Bán", "Khuổi": "Khuối", "Pác": "Pạc", "Lũng": "Lủng"}
_OLD_TONES = {"Hoà": "Hòa", "Thuỷ": "Thủy"}


class CoverageFiles:
    """Writes every delivery of one province's coverage."""

    def __init__(self, coverage: Coverage, world: World, inbox: Path, tally: DirtTally) -> None:
        self._coverage, self._world, self._inbox, self._tally = coverage, world, inbox, tally
        self._deliveries: list[Delivered] = []

    def write_all(self) -> list[Delivered]:
        """Surveys and stations of every quarter, with the ways deliveries go wrong."""
        for survey, day in enumerate(self._coverage.days):
            self._deliver_survey(survey, day)
            if day in self._coverage.silent_stations:
                self._tally.add(SOURCE, "file_never_sent", lost=1)
                continue
            path = f"{SOURCE}/DanhSachTram_{day:%Y%m%d}.csv"
            self._write_stations(path, day)
            self._sent(path, day, 9)
        return self._deliveries

    def _sent(self, path: str, day: date, days: int) -> None:
        moment = datetime(day.year, day.month, day.day, 10, 20) + timedelta(days=days)
        self._deliveries.append(Delivered(path, min(moment, AS_OF)))

    def _deliver_survey(self, survey: int, day: date) -> None:
        dirt, delay = self._world.settings.dirt, 12
        stem = f"{SOURCE}/KhaoSatPhuSong_{day:%Y%m%d}"
        path = f"{stem}.{'xlsx' if survey == 2 else 'csv'}"
        known = [(number, place) for number, place in enumerate(self._coverage.places) if place.first <= survey]
        rows = [row for number, place in known for row in self._rows(number, place, survey)]
        rows += [self._empty(name, commune) for name, commune in self._uninhabited()]
        if dirt and survey == 1:
            self._write_survey(f"{stem}_cu.csv", day, rows, renamed=True)
            self._sent(f"{stem}_cu.csv", day, delay)
            self._tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 5
        elif dirt and survey == 2:
            delay += 50
            self._tally.add(SOURCE, "late_file", repairable=1)
        elif dirt and survey == 3:
            self._write_survey(f"{stem}_lan1.csv", day, [row for place, row in enumerate(rows) if place % 5])
            self._sent(f"{stem}_lan1.csv", day, delay)
            self._tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 9
        self._write_survey(path, day, rows)
        self._sent(path, day, delay)
        if dirt and survey == 3:
            again = f"{stem}_gui_lai.csv"
            shutil.copyfile(self._inbox / path, self._inbox / again)
            self._sent(again, day, delay + 14)
            self._tally.add(SOURCE, "same_file_sent_twice", repairable=1)

    def _uninhabited(self) -> list[tuple[str, str]]:
        return [(village.label, village.commune) for village in self._coverage.listed.empty]

    def _empty(self, label: str, commune: str) -> list[ListCell]:
        signals = ["Không có sóng"] * len(_SIGNALS)
        return [commune, self._world.units[commune].name, label, "0", "0", *signals, "Không có sóng"]

    def _rows(self, number: int, place: Place, survey: int) -> list[list[ListCell]]:
        """The place's row, spoiled as marked; before it whatever else the sheet says of it."""
        quality = self._coverage.quality[number, survey]
        ratings = [int(rating) for rating in quality.reshape(-1)]
        best = max(ratings)
        words = [_WORDS[rating] for rating in ratings]
        present = {rating for rating in ratings if rating != NO_SIGNAL}
        if self._world.settings.dirt and len(present) == 1 and int(place.village.commune) % 4 == 0:
            words = ["x" if rating else "" for rating in ratings]
            self._tally.add(SOURCE, "cross_instead_of_rating", repairable=1)
        code, label, verdict = place.village.commune, f"{place.village.kind} {place.name}", _WORDS[best]
        households = str(place.households)
        if place.village.kind == HAMLET and int(code) % 5 == 0:
            for old, new in _OLD_TONES.items():
                label = label.replace(old, new)
        before: list[list[ListCell]] = []
        name = self._world.units[code].name

        def row(text: str, cells: list[str], rating: str) -> list[ListCell]:
            return [code, name, text, households, str(place.covered[survey]), *cells, rating]

        if place.lost:
            self._tally.add(SOURCE, place.lost, lost=1)
        elif place.spoiled:
            self._tally.add(SOURCE, place.spoiled, repairable=1)
        match place.lost or place.spoiled:
            case "unknown_village":
                # An accent too many or another: near to a village of the list, and none of it.
                first = next((word for word in _WRONG_ACCENTS if word in label), None)
                label = label.replace(first, _WRONG_ACCENTS[first]) if first else f"{label} Ngoại Biên"
            case "unknown_rating":
                verdict = "Chập chờn"
            case "unreadable_number":
                households = "chưa rõ"
            case "leading_zero_lost":
                code = code.lstrip("0")
            case "upper_case_name":
                label = label.upper()
            case "decomposed_accents":
                label = f" {decomposed(label)} "
            case "name_without_accents":
                label = without_accents(label)
            case "listed_twice":
                before = [row(label, [_WORDS[GOOD - best]] * len(words), _WORDS[GOOD - best])]
            case "old_and_new_name":
                before = [row(old, [_WORDS[NO_SIGNAL]] * len(words), _WORDS[NO_SIGNAL]) for old in place.village.former]
        return [*before, row(label, words, verdict)]

    def _write_survey(self, name: str, day: date, rows: list[list[ListCell]], renamed: bool = False) -> None:
        title = [
            "SỞ THÔNG TIN VÀ TRUYỀN THÔNG",
            "KHẢO SÁT PHỦ SÓNG THÔN BẢN (MÔ PHỎNG)",
            f"Tính đến ngày {day_text(day)}",
        ]
        path = self._inbox / name
        if name.endswith(".xlsx"):
            numbered = ([number, *row] for number, row in enumerate(rows, start=1))
            write_list_xlsx(path, title, ["STT", *_LABELS], numbered, ["NGƯỜI LẬP BIỂU"])
            return
        header = ["xep_loai" if renamed and column == "danh_gia" else column for column in _SURVEY]
        write_lines(path, [*title, ";".join(header), *(";".join(map(str, row)) for row in rows)], "utf-8-sig")

    def _write_stations(self, name: str, day: date) -> None:
        title = [f"DANH SÁCH TRẠM BTS (MÔ PHỎNG) tính đến ngày {day_text(day)}"]
        lines = [*title, ";".join(_STATIONS)]
        for number, station in enumerate(self._coverage.stations):
            if station.state(day) == "ke_hoach" and station.trial is not None:
                continue  # nobody speaks of it yet
            lines.append(";".join(self._station(number, station, day)))
        write_lines(self._inbox / name, lines, "utf-8-sig")

    def _station(self, number: int, station: Station, day: date) -> list[str]:
        unit = self._world.units[station.commune]
        district = self._world.units[unit.parent or ""].name
        commune = unit.name
        longitude, latitude = 106.2 + number % 97 / 97, 21.4 + number % 89 / 89
        if station.lost:
            commune = "Xã Thượng Lâm Mới"
            self._tally.add(SOURCE, "unknown_commune", lost=1)
        state = station.state(day)
        began = station.service if state == "hoat_dong" else station.trial if state == "thu_nghiem" else None
        word = {"hoat_dong": "hoat_dong", "thu_nghiem": "thử nghiệm", "ke_hoach": "kế hoạch"}[state]
        if state == "thu_nghiem" and station.service is not None and number % 2:
            began, word = station.service, "hoat_dong"  # on the air, but its date of service is still to come
        place = [f"{longitude:.5f}".replace(".", ","), f"{latitude:.5f}".replace(".", ",")]
        if self._world.settings.dirt and number % 31 == 7:
            place.reverse()
            self._tally.add(SOURCE, "swapped_coordinates", repairable=1)
        technologies = [
            name for name, has in (("2G", station.has_3g), ("3G", station.has_3g), ("4G", station.has_4g)) if has
        ]
        separator = "/" if station.operator == 0 else ","
        title = f"EXP-{without_accents(unit.name.split(' ', 1)[1]).replace(' ', '')}-{number}_LSN"
        return [
            station.code, title, _OPERATOR_WORDS[station.operator], separator.join(technologies), "macro",
            "/".join(place), district, commune, day_text(began), word,
        ]  # fmt: skip
