"""The files of the education database and the survey as they come: late, twice, corrected, renamed, dirty."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sandbox.bulk_files import ListCell, write_lines, write_list_xlsx
from sandbox.education import NEVER, Education, Practice, received_on, school_year
from sandbox.education_report import write_report
from sandbox.frame import Delivered, DirtTally, World
from sandbox.names import address, person_name, phone_number
from sandbox.spelling import day_text, decomposed

SOURCE = "education"
_LIST = (
    "MA_TRUONG *", "TEN_TRUONG_HOC *", "MA_DON_VI *", "CAP_HOC *", "TRANG_THAI *", "LOAI_HINH_DAO_TAO *",
    "LOAI_HINH_TRUONG *", "DIA_CHI", "MA_TO_THON ", "MA_XA_PHUONG *", "MA_QUAN_HUYEN *", "MA_TINH_THANH *",
    "CHUAN_QUOC_GIA *", "VUNG_KHO_KHAN ", "VUNG_BIEN_GIOI", "CHI_BO_DANG", "WEBSITE", "SDT", "EMAIL", "FAX",
    "NGAY_THANH_LAP", "TEN_HIEU_TRUONG", "SDT_HIEU_TRUONG", "ID_SO*", "ID_PHONG*",
)  # fmt: skip
_SURVEY = (
    "ma_truong", "ten_truong", "nam_hoc", "co_lms", "co_hoc_lieu_so", "pm_quan_ly", "nen_tang_su_dung", "co_stem",
    "so_hoat_dong_stem", "co_ky_nang_so", "co_ttkdtm", "phuong_thuc_tt", "co_thu_phi",
)  # fmt: skip
_NAMED = ("vnEdu", "SMAS", "K12Online", "Google Classroom", "OLM", "Microsoft Teams")
_OTHERS = ("Zalo", "Zoom", "Youtube", "Facebook", "phần mềm tự làm")
_WAYS = ("chuyển khoản", "VietQR", "Viettel Money", "VNPT Money")
_TEST_CODE = "28764572970000000001"

Writer = Callable[[Path, date, list[Practice], bool], None]


class EducationFiles:
    """Writes every delivery of the three lists."""

    def __init__(self, entities: Education, world: World, inbox: Path, tally: DirtTally) -> None:
        self._entities, self._world, self._inbox, self._tally = entities, world, inbox, tally
        self._number = {practice.school.code: place for place, practice in enumerate(entities.practices)}
        self._deliveries: list[Delivered] = []

    def write_all(self) -> list[Delivered]:
        """Each list on each of its days; some deliveries go wrong in ways of their own."""
        entities = self._entities
        wrong = {entities.list_days[2]: "renamed", entities.list_days[3]: "late", entities.list_days[4]: "twice"}
        for turn, day in enumerate(entities.list_days):
            suffix = "csv" if turn % 2 else "xlsx"
            listed = [practice for practice in entities.practices if practice.school.opened <= day]
            self._deliver(f"DanhSachTruong_{day:%Y%m%d}", suffix, day, listed, self._schools, wrong.get(day, ""))
        wrong = {entities.survey_days[3]: "renamed", entities.survey_days[2]: "incomplete"}
        for turn, day in enumerate(entities.survey_days):
            suffix = "csv" if turn % 2 else "xlsx"
            begun = school_year(day)
            asked = [item for item in entities.practices if item.responds and item.school.is_active(day)]
            stem = f"KhaoSatCDS_{begun}-{begun + 1}_{day:%Y%m%d}"
            self._deliver(stem, suffix, day, asked, self._survey, wrong.get(day, ""))
        wrong = {entities.sent_days[3]: "late", entities.sent_days[4]: "incomplete", entities.sent_days[1]: "twice"}
        for day in entities.sent_days:
            listed = [practice for practice in entities.practices if practice.school.opened <= day]
            stem = f"TinhHinhNopTatCaDuLieu-{day:%Y-%m-%d}"
            self._deliver(stem, "xlsx", day, listed, self._report, wrong.get(day, ""))
        return self._deliveries

    def _deliver(self, stem: str, suffix: str, day: date, rows: list[Practice], write: Writer, wrong: str) -> None:
        delay = 4 + day.month % 5
        name = f"{SOURCE}/{stem}.{suffix}"
        wrong = wrong if self._world.settings.dirt else ""
        if wrong == "renamed":
            self._add(f"{SOURCE}/{stem}_cu.{suffix}", day, rows, write, delay, True)
            self._tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 3
        elif wrong == "incomplete":
            short = [practice for place, practice in enumerate(rows) if place % 5]
            self._add(f"{SOURCE}/{stem}_lan1.{suffix}", day, short, write, delay, False)
            self._tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 8
        elif wrong == "late":
            self._tally.add(SOURCE, "late_file", repairable=1)
            delay += 50
        self._add(name, day, rows, write, delay, False)
        if wrong == "twice":
            again = f"{SOURCE}/{stem}_gui_lai.{suffix}"
            shutil.copyfile(self._inbox / name, self._inbox / again)
            self._deliveries.append(Delivered(again, received_on(day, delay + 6)))
            self._tally.add(SOURCE, "same_file_sent_twice", repairable=1)

    def _add(self, name: str, day: date, rows: list[Practice], write: Writer, delay: int, renamed: bool) -> None:
        write(self._inbox / name, day, rows, renamed)
        self._deliveries.append(Delivered(name, received_on(day, delay)))

    def _count(self, lost: str, spoiled: str, repairable: str = "") -> None:
        if lost:
            self._tally.add(SOURCE, lost, lost=1)
        elif spoiled:
            self._tally.add(SOURCE, spoiled, repairable=1)
        if repairable:
            self._tally.add(SOURCE, repairable, repairable=1)

    def _schools(self, path: Path, day: date, rows: list[Practice], renamed: bool) -> None:
        is_book = path.suffix == ".xlsx"
        lines: list[list[ListCell]] = []
        for practice in rows:
            line = self._listed(practice, day, is_book)
            lines += [line, line] if practice.listed_spoiled == "listed_twice" else [line]
            missing = "" if practice.has_commune else "commune_not_said"
            self._count(practice.listed_lost, practice.listed_spoiled, missing)
        site = list(lines[0])
        site[0], site[1] = f"{rows[0].school.code}01", "Điểm trường Nà Mô Phỏng"
        test = [None if place > 11 else cell for place, cell in enumerate(lines[-1])]
        test[0], test[1], test[3], test[4] = _TEST_CODE, "Test vnpt", "12345", "1"
        lines += [site, test]
        header = ["TINH_TRANG *" if renamed and name == "TRANG_THAI *" else name for name in _LIST]
        if is_book:
            write_list_xlsx(path, ["", "DANH SÁCH TRƯỜNG HỌC (MÔ PHỎNG)", ""], header, lines)
        else:
            write_lines(path, [_csv(header), *map(_csv, lines)])

    def _listed(self, practice: Practice, day: date, is_book: bool) -> list[ListCell]:
        school, number = practice.school, self._number[practice.school.code]
        district = self._world.units[school.commune].parent or ""
        code, levels, commune = school.code, school.levels, school.commune if practice.has_commune else ""
        state = "1" if school.is_active(day) else ("0", "-1")[number % 2]
        if practice.listed_lost == "short_code":
            code = code[:6]
        elif practice.listed_lost == "unknown_commune":
            commune = "99" + school.commune[2:]
        elif practice.listed_lost == "unknown_level":
            levels = "9"
        elif practice.listed_lost == "unknown_status":
            state = "7"
        if practice.listed_spoiled == "code_as_float":
            code, levels = f"{code}.0", f"{levels}.0"
        elif practice.listed_spoiled == "stray_white_space":
            code, commune = f" {code}\t", commune and f"{commune} "
        elif practice.listed_spoiled == "leading_zero_lost":
            commune = commune.lstrip("0")
        room = "" if "000" in school.code[2:5] else district
        # Comma-separated lists of this database come out of a data frame, which writes whole numbers as 1.0.
        numbers = [state, "1", "11", "0", "0", "0", "0"]
        status, training, kind, standard, poor, border, party = (n if is_book else f"{n}.0" for n in numbers)
        return [
            code, school.name, room or "20", levels, status, training, kind, address(number), "", commune, district,
            "20", standard, poor, border, party, "", phone_number(number), "", "", day_text(school.opened),
            person_name(number), phone_number(number + 1), "20", room,
        ]  # fmt: skip

    def _survey(self, path: Path, day: date, rows: list[Practice], renamed: bool) -> None:
        lines: list[list[ListCell]] = []
        for practice in rows:
            line = self._answers(practice, day)
            lines += [line, line] if practice.survey_spoiled == "listed_twice" else [line]
            self._count(practice.survey_lost, practice.survey_spoiled)
        header = ["co_stem_steam" if renamed and name == "co_stem" else name for name in _SURVEY]
        if path.suffix == ".xlsx":
            numbered = ([place, *line] for place, line in enumerate(lines, start=1))
            title = ["SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH LẠNG SƠN", "KHẢO SÁT CHUYỂN ĐỔI SỐ TRƯỜNG HỌC (MÔ PHỎNG)"]
            write_list_xlsx(path, title, ["STT", *header], numbered, ["NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"])
        else:
            write_lines(path, [_csv(header), *map(_csv, lines)], "utf-8-sig")

    def _answers(self, practice: Practice, day: date) -> list[ListCell]:
        school, number = practice.school, self._number[practice.school.code]
        spoiled, begun = practice.survey_spoiled, school_year(day)
        yes = ("Có", "Có", "x", "1")[number % 4] if spoiled != "other_answer_words" else ("CÓ", "X", "co")[number % 3]

        def answer(since: date) -> str:
            return yes if since <= day else ("Đang triển khai", "Không", "", "Không", "0")[(number + since.day) % 5]

        stem, skills = practice.stem.get(begun, NEVER), practice.skills.get(begun, NEVER)
        activities = max(0, (day - stem).days // 30 + 1)
        # Some schools leave the number open, some give only the number.
        said: ListCell = None if number % 7 == 0 else activities
        code, year, lms = school.code, f"{begun}-{begun + 1}", answer(practice.lms_from)
        if practice.survey_lost == "short_code":
            code = code[:6]
        elif practice.survey_lost == "unknown_answer":
            lms = "Chưa rõ"
        elif practice.survey_lost == "unreadable_school_year":
            year = "năm nay"
        if spoiled == "code_as_float":
            code = f"{code}.0"
        elif spoiled == "other_school_year_spelling":
            year = (f"{begun} - {begun + 1}", f"{begun}/{begun + 1}", f"{begun}–{begun + 1}")[number % 3]
        elif spoiled == "decomposed_accents":
            lms = decomposed(lms)
        stem_answer = "" if said is not None and number % 11 == 0 else answer(stem)
        return [
            code, school.name, year, lms, answer(practice.content_from), practice.partner,
            self._platforms(practice, day), stem_answer, said, answer(skills), yes if number % 3 else "",
            _WAYS[number % len(_WAYS)] if number % 3 else "", yes if school.collects_fees else "Không",
        ]  # fmt: skip

    def _platforms(self, practice: Practice, day: date) -> str:
        number = self._number[practice.school.code]
        words = [_NAMED[number % len(_NAMED)]] if practice.named_from <= day else []
        words += [_OTHERS[number % len(_OTHERS)]] if practice.other_from <= day else []
        if words and practice.survey_spoiled == "other_answer_words":
            words = [word.upper() for word in words]
        return ("; ", ", ", " + ")[number % 3].join(words) if words else ("", "Không", "không có")[number % 3]

    def _report(self, path: Path, day: date, rows: list[Practice], renamed: bool) -> None:
        for practice in rows:
            self._count(practice.sent_lost, practice.sent_spoiled)
        write_report(path, day, rows, self._world)


def _csv(cells: list[ListCell] | list[str]) -> str:
    texts = ["" if cell is None else str(cell) for cell in cells]
    return ",".join(f'"{text}"' if "," in text or "\n" in text else text for text in texts)
