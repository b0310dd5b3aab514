"""The lists of shops and buyers' accounts: Postmart's CSV in codes, Voso's sheets in words, 2021 in an older layout."""

import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sandbox.bulk_files import ListCell, write_lines, write_list_xlsx
from sandbox.ecommerce_households import (
    BOTH,
    CODE_ONLY,
    LOCKED,
    PHONE_ONLY,
    PLATFORMS,
    SILENT,
    WAITING,
    Record,
    closing_days,
    quarter_days,
)
from sandbox.frame import AS_OF, Delivered, DirtTally, World
from sandbox.names import address, person_name
from sandbox.spelling import day_text, decomposed

SOURCE = "ecommerce"
_SHOP_CODES = (
    "san", "ngay_chot", "ma_gian_hang", "loai_chu", "ma_ho", "ho_ten_chu", "sdt", "dia_chi", "ma_xa", "ngay_mo",
    "trang_thai", "so_san_pham", "tk_thanh_toan",
)  # fmt: skip
_SHOP_LABELS = (
    "Mã shop", "Loại chủ shop", "Mã hộ", "Chủ shop", "Điện thoại", "Địa chỉ", "Xã/phường", "Quận/huyện", "Ngày mở shop",
    "Trạng thái shop", "Số sản phẩm", "TK thanh toán",
)  # fmt: skip
_SHOP_LABELS_2021 = (
    "Mã cửa hàng", "Đối tượng", "Mã hộ gia đình", "Họ tên chủ", "SĐT", "Địa chỉ", "Xã", "Huyện", "Ngày tạo",
    "Tình trạng", "Sản phẩm", "Ví điện tử",
)  # fmt: skip
_ACCOUNT_CODES = (
    "san", "ngay_chot", "ma_tai_khoan", "ma_ho", "ho_ten", "sdt", "dia_chi", "ma_xa", "ngay_dang_ky", "trang_thai",
    "tk_thanh_toan",
)  # fmt: skip
_ACCOUNT_LABELS = (
    "Tài khoản", "Mã hộ", "Họ tên", "Điện thoại", "Địa chỉ", "Xã/phường", "Quận/huyện", "Ngày đăng ký", "Trạng thái",
    "TK thanh toán",
)  # fmt: skip
_KIND_WORDS = {"ho_sxnn": "Hộ SXNN", "ca_nhan": "Cá nhân", "htx": "Hợp tác xã", "dn": "Doanh nghiệp", "": ""}
_STATE_WORDS = {LOCKED: "Bị khóa", WAITING: "Chưa kích hoạt"}
OPERATORS = {"postmart": "TỔNG CÔNG TY BƯU ĐIỆN VIỆT NAM - POSTMART", "voso": "TỔNG CÔNG TY VIETTEL POST"}


def received(day: date, days: int) -> datetime:
    """So many days after a day, in the morning; never after the sandbox's last day."""
    return min(datetime(day.year, day.month, day.day, 8, 50) + timedelta(days=days), AS_OF)


def sent(inbox: Path, stem: str, suffix: str, day: date, delay: int, again: bool, tally: DirtTally) -> list[Delivered]:
    """The delivery of a written file, and the same file once more when somebody sends it twice."""
    deliveries = [Delivered(f"{stem}.{suffix}", received(day, delay))]
    if again:
        shutil.copyfile(inbox / f"{stem}.{suffix}", inbox / f"{stem}_gui_lai.{suffix}")
        deliveries.append(Delivered(f"{stem}_gui_lai.{suffix}", received(day, delay + 6)))
        tally.add(SOURCE, "same_file_sent_twice", repairable=1)
    return deliveries


class _List:
    """Rows of one platform's records as its operator writes them; `tally` counts what is spoiled."""

    def __init__(self, world: World, tally: DirtTally) -> None:
        self._world, self._tally = world, tally

    def identity(self, record: Record) -> tuple[str, ListCell]:
        """The household's code, and the telephone: text at Postmart, a number without its 0 at Voso."""
        phone: ListCell = record.phone if record.shows in (BOTH, PHONE_ONLY) else ""
        if record.lost == "unreadable_phone":
            phone = "không nhớ số"
        elif isinstance(phone, str) and phone and record.spoiled == "phone_with_separators":
            phone = f"{phone[:4]}.{phone[4:7]}.{phone[7:]}"
        elif isinstance(phone, str) and phone and record.spoiled == "phone_with_country_code":
            phone = f"+84 {phone[1:]}"
        elif isinstance(phone, str) and phone and record.platform == "voso":
            phone = int(phone)
        return (record.household_code if record.shows in (BOTH, CODE_ONLY) else ""), phone

    def place_code(self, record: Record) -> str:
        """The commune's code."""
        return "99" + record.place[2:] if record.lost == "unknown_place" else record.place

    def place_words(self, record: Record) -> tuple[str, str]:
        """Commune and district in words; only the district when no more is known."""
        unit = self._world.units[record.place]
        if record.lost == "unknown_place":
            return "Xã Thượng Lâm Mới", "Huyện Hoa Sim"
        if unit.level == "district":
            return "", unit.name
        above = self._world.units[unit.parent or ""].name
        if record.spoiled == "other_place_spelling":
            return decomposed(unit.name).upper(), above.replace("Huyện ", "H. ").replace("Thành phố ", "TP ")
        return unit.name, above

    def since(self, record: Record, in_words: bool) -> ListCell:
        """The day it began: a date cell or dd/MM/yyyy in words, ISO in codes."""
        if record.lost == "unreadable_date":
            return "31/02/2022"
        return day_text(record.since) if in_words else record.since.isoformat()

    def kind(self, record: Record, in_words: bool) -> str:
        """The kind of owner."""
        if record.lost == "unknown_owner_kind":
            return "khác"
        return _KIND_WORDS[record.owner_kind] if in_words else record.owner_kind

    def repeated(self, record: Record, line: list[ListCell]) -> list[list[ListCell]]:
        """The line, once more when it is listed twice; counts the record's dirt."""
        if record.lost:
            self._tally.add(SOURCE, record.lost, lost=1)
        elif record.spoiled:
            self._tally.add(SOURCE, record.spoiled, repairable=1)
        return [line] * (2 if record.spoiled == "listed_twice" else 1)


def _present(records: Sequence[Record], platform: str, day: date, exported: int) -> list[Record]:
    """Those in the list: an export so many days later holds what began meanwhile too."""
    until = day + timedelta(days=exported)
    return [record for record in records if record.platform == platform and record.since <= until]


def write_shops(shops: list[Record], world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One list per operator and month's end; one late, one renamed, one incomplete, one twice, one never."""
    deliveries: list[Delivered] = []
    dirt = world.settings.dirt
    for platform in PLATFORMS:
        for day in closing_days(world):
            if dirt and (platform, day) == SILENT:
                tally.add(SOURCE, "file_never_sent", lost=1)
                continue
            rows = _shop_rows(_present(shops, platform, day, 4), platform, day, world, tally)
            suffix = "xlsx" if platform == "voso" and day.month % 4 == 0 else "csv"
            stem, delay = f"{SOURCE}/GianHang_{platform}_{day:%Y%m%d}", 5
            kept = 0
            if dirt and day.year == world.settings.last.year:
                if (platform, day.month) == ("postmart", 3):
                    _write_shops(inbox / f"{stem}_cu.{suffix}", platform, day, rows, renamed=True)
                    deliveries.append(Delivered(f"{stem}_cu.{suffix}", received(day, delay)))
                    tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
                    delay += 4
                elif (platform, day.month) == ("voso", 5):
                    kept = len(rows) * 4 // 5
                    _write_shops(inbox / f"{stem}_lan1.{suffix}", platform, day, rows[:kept])
                    deliveries.append(Delivered(f"{stem}_lan1.{suffix}", received(day, delay)))
                    tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
                    delay += 4
                elif (platform, day.month) == ("postmart", 6):
                    delay = 55
                    tally.add(SOURCE, "late_file", repairable=1)
            _write_shops(inbox / f"{stem}.{suffix}", platform, day, rows)
            again = dirt and platform == "voso" and day.month == 10
            deliveries += sent(inbox, stem, suffix, day, delay, again, tally)
    return deliveries


def _shop_rows(records: list[Record], platform: str, day: date, world: World, tally: DirtTally) -> list[list[ListCell]]:
    listed = _List(world, tally)
    in_words = platform == "voso" or day.year < world.settings.last.year
    rows: list[list[ListCell]] = []
    for record in records:
        code, phone = listed.identity(record)
        number = record.owner or 0
        pays = record.pays_from <= day
        state = record.state(max(day, record.since))  # what began after the closing day is listed as it began
        if in_words:
            line: list[ListCell] = [
                record.code, listed.kind(record, True), code, person_name(number), phone, address(number),
                *listed.place_words(record), listed.since(record, True), _STATE_WORDS.get(state, "Hoạt động"),
                record.products, "Có" if pays else "Không",
            ]  # fmt: skip
        else:
            line = [
                platform, day_text(day), record.code, listed.kind(record, False), code, person_name(number), phone,
                address(number), listed.place_code(record), listed.since(record, False), state, record.products,
                int(pays),
            ]  # fmt: skip
        rows += listed.repeated(record, line)
    if platform == "postmart" and not in_words:
        rows.append(["postmart", day_text(day), "TEST001", "ca_nhan", "", "", "", "", "05971", "2021-01-04",
                     "hoat_dong", 1, 1])  # fmt: skip
    return rows


def _write_shops(path: Path, platform: str, day: date, rows: list[list[ListCell]], renamed: bool = False) -> None:
    title = [OPERATORS[platform], "DANH SÁCH GIAN HÀNG (MÔ PHỎNG)", f"Tính đến ngày {day_text(day)}"]
    if len(rows[0]) == len(_SHOP_CODES):
        codes = ["tinh_trang_shop" if renamed and name == "trang_thai" else name for name in _SHOP_CODES]
        write_lines(path, [",".join(codes), *(_joined(row, ",") for row in rows)])
    else:
        labels = _SHOP_LABELS if platform == "voso" else _SHOP_LABELS_2021
        write_sheet(path, title, labels, rows)


def write_sheet(path: Path, title: list[str], labels: Sequence[str], rows: list[list[ListCell]]) -> None:
    """A list in words: XLSX, or text with semicolons under its title lines."""
    if path.suffix == ".xlsx":
        path.parent.mkdir(parents=True, exist_ok=True)
        numbered = ([number, *row] for number, row in enumerate(rows, start=1))
        write_list_xlsx(path, title, ["STT", *labels], numbered, ["NGƯỜI LẬP BIỂU"])
    else:
        write_lines(path, [*title, ";".join(labels), *(_joined(row, ";") for row in rows)], "utf-8-sig")


def _joined(row: list[ListCell], separator: str) -> str:
    cells = map(str, row)
    return separator.join([f'"{cell}"' if separator in cell else cell for cell in cells])


def write_accounts(accounts: list[Record], world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One list per operator and quarter's end."""
    deliveries: list[Delivered] = []
    listed = _List(world, tally)
    for platform in PLATFORMS:
        for day in quarter_days(world):
            rows: list[list[ListCell]] = []
            for record in _present(accounts, platform, day, 18):
                code, phone = listed.identity(record)
                number = record.owner or 0
                pays, state = record.pays_from <= day, record.state(max(day, record.since))
                # A platform knows no waiting account: one that was never used is locked.
                state = state if state != WAITING else LOCKED
                if platform == "voso":
                    line: list[ListCell] = [
                        record.code, code, person_name(number), phone, address(number), *listed.place_words(record),
                        listed.since(record, True), _STATE_WORDS.get(state, "Hoạt động"), "x" if pays else "",
                    ]  # fmt: skip
                else:
                    line = [
                        platform, day_text(day), record.code, code, person_name(number), phone, address(number),
                        listed.place_code(record), listed.since(record, False), state, int(pays),
                    ]  # fmt: skip
                rows += listed.repeated(record, line)
            stem = f"{SOURCE}/TaiKhoan_{platform}_{day:%Y%m%d}"
            if platform == "voso":
                title = [OPERATORS[platform], "TÀI KHOẢN NGƯỜI MUA (MÔ PHỎNG)", f"Tính đến ngày {day_text(day)}"]
                write_sheet(inbox / f"{stem}.csv", title, _ACCOUNT_LABELS, rows)
            else:
                write_lines(inbox / f"{stem}.csv", [",".join(_ACCOUNT_CODES), *(_joined(row, ",") for row in rows)])
            deliveries += sent(inbox, stem, "csv", day, 19, False, tally)
    return deliveries
