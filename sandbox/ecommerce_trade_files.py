"""The lists of orders and of active accounts: all of 2021 in one older layout, then one list a quarter and operator."""

from datetime import date
from pathlib import Path

from sandbox.bulk_files import ListCell, write_lines
from sandbox.ecommerce_files import OPERATORS, SOURCE, received, sent, write_sheet
from sandbox.ecommerce_households import PLATFORMS
from sandbox.ecommerce_trade import NEVER, Act, Order, User
from sandbox.exports import Window
from sandbox.frame import Delivered, DirtTally, World, month_end
from sandbox.names import person_name, phone_number
from sandbox.spelling import day_text, decomposed

_ORDER_CODES = (
    "ma_don", "ma_gian_hang", "ngay_dat", "ngay_hoan_tat", "trang_thai", "gia_tri_vnd", "hinh_thuc_tt", "nguoi_mua",
    "sdt_nguoi_mua", "la_don_thu",
)  # fmt: skip
_ORDER_LABELS = (
    "Mã đơn hàng", "Mã shop", "Ngày đặt hàng", "Ngày hoàn tất", "Trạng thái đơn", "Giá trị (VNĐ)", "Thanh toán",
    "Người mua", "SĐT người mua", "Đơn thử",
)  # fmt: skip
_ORDER_LABELS_2021 = (
    "Số đơn", "Cửa hàng", "Thời gian đặt", "Thời gian hoàn thành", "Tình trạng", "Thành tiền", "Hình thức TT",
    "Người mua", "SĐT người mua", "Đơn thử",
)  # fmt: skip
_STATE_WORDS = {
    "moi": "Đơn mới", "dang_giao": "Đang giao", "thanh_cong": "Thành công", "huy": "Đã hủy", "tra_hang": "Hoàn trả",
}  # fmt: skip
_ACT_WORDS = {
    "trung_bay": "Trưng bày sản phẩm", "tim_san_pham": "Tìm kiếm sản phẩm", "trao_doi": "Trao đổi thông tin",
    "giao_dich": "Giao dịch", "dang_nhap": "Đăng nhập",
}  # fmt: skip
_ACT_CODES = ("san", "ma_tai_khoan", "ho_ten", "sdt", "ngay_hoat_dong", "hoat_dong", "so_luot")
_ACT_LABELS = ("Tài khoản", "Họ tên", "Điện thoại", "Ngày hoạt động", "Loại hoạt động", "Số lượt")
_ACT_LABELS_2021 = ("Mã thành viên", "Họ và tên", "SĐT", "Ngày phát sinh", "Hoạt động", "Số lượt")


def _windows(world: World) -> list[Window]:
    """The year before as a whole, then quarters."""
    year = world.settings.last.year
    quarters = [Window(date(year, month, 1), month_end(date(year, month + 2, 1))) for month in (1, 4, 7, 10)]
    found = [Window(date(year - 1, 1, 1), date(year - 1, 12, 31)), *quarters]
    return [window for window in found if window.last >= world.settings.first]


def write_orders(orders: list[Order], world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """What was placed or changed in each window, as it stood on its last day. One list comes after the next one."""
    deliveries: list[Delivered] = []
    dirt = world.settings.dirt
    for platform in PLATFORMS:
        own = [order for order in orders if order.platform == platform]
        for window in _windows(world):
            present = [order for order in own if order.touched(window.first, window.last)]
            rows = [row for order in present for row in _order_rows(order, window, tally)]
            stem, delay = f"{SOURCE}/DonHang_{platform}_{window.first:%Y%m%d}-{window.last:%Y%m%d}", 9
            if dirt and (platform, window.last.month) == ("voso", 6):
                delay = 125
                tally.add(SOURCE, "late_file", repairable=1)
            elif dirt and (platform, window.last.month) == ("postmart", 9):
                _write_orders(inbox / f"{stem}_cu.csv", platform, window, rows, renamed=True)
                deliveries.append(Delivered(f"{stem}_cu.csv", received(window.last, delay)))
                tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
                delay += 8
            _write_orders(inbox / f"{stem}.csv", platform, window, rows)
            deliveries += sent(inbox, stem, "csv", window.last, delay, dirt and window.last.month == 3, tally)
    return deliveries


def _order_rows(order: Order, window: Window, tally: DirtTally) -> list[list[ListCell]]:
    in_words = order.platform == "voso" or window.first.year < 2022
    ended = order.ended if order.ended <= window.last else NEVER
    if order.lost:
        tally.add(SOURCE, f"order_{order.lost}", lost=1)
    elif order.spoiled:
        tally.add(SOURCE, f"order_{order.spoiled}", repairable=1)
    if order.spoiled == "completion_date_missing":
        ended = NEVER
    state = order.state(window.last)
    word = _STATE_WORDS[state] if in_words else state
    if order.lost == "unknown_state":
        word = "chờ xử lý lại"
    elif order.spoiled == "decomposed_accents":
        word = decomposed(_STATE_WORDS[state]).upper()
    ordered = "31/02/2022" if order.lost == "unreadable_date" else _day(order.ordered, in_words)
    amount = f"{order.amount:,}"
    number = int(order.code[-7:])
    flagged = order.is_test and not order.code.startswith("TEST")
    line: list[ListCell] = [
        order.code, order.shop, ordered, _day(ended, in_words) if ended != NEVER else "", word,
        amount if order.platform == "postmart" else amount.replace(",", "."), "COD" if number % 3 else "Ví",
        person_name(number), phone_number(number), ("Có" if flagged else "") if in_words else int(flagged),
    ]  # fmt: skip
    return [line] * (2 if order.spoiled == "listed_twice" else 1)


def _day(day: date, in_words: bool) -> str:
    return f"{day_text(day)} 10:15:00" if in_words else day_text(day)


def _write_orders(path: Path, platform: str, window: Window, rows: list[list[ListCell]], renamed: bool = False) -> None:
    title = [OPERATORS[platform], "DANH SÁCH ĐƠN HÀNG (MÔ PHỎNG)", window.title]
    if window.first.year < 2022:
        write_sheet(path, title, _ORDER_LABELS_2021, rows)
    elif platform == "voso":
        write_sheet(path, title, _ORDER_LABELS, rows)
    else:
        codes = ["ngay_giao_xong" if renamed and name == "ngay_hoan_tat" else name for name in _ORDER_CODES]
        body = [",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row) for row in rows]
        write_lines(path, [",".join(codes), *body])


def write_activity(users: list[User], world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """Every act of every account by quarter; one list comes incomplete first."""
    deliveries: list[Delivered] = []
    for platform in PLATFORMS:
        for window in _windows(world):
            in_words = platform == "voso" or window.first.year < 2022
            rows = [
                _act_row(user, platform, code, act, in_words, tally)
                for user in users
                if platform in user.accounts
                for code, acts in [user.accounts[platform]]
                for act in acts
                if window.first <= act.day <= window.last
            ]
            stem, delay = f"{SOURCE}/HoatDong_{platform}_{window.first:%Y%m%d}-{window.last:%Y%m%d}", 8
            if world.settings.dirt and (platform, window.last.month) == ("postmart", 9):
                part = f"{stem}_lan1.csv"
                own_staff: list[ListCell] = ["postmart", "PO9999999", "", "", day_text(window.first), "giao_dich", 1]
                short = [*rows[: len(rows) * 3 // 4], own_staff]  # taken out again in the corrected list
                _write_acts(inbox / part, platform, window, short, in_words)
                deliveries.append(Delivered(part, received(window.last, delay)))
                tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
                delay += 5
            _write_acts(inbox / f"{stem}.csv", platform, window, rows, in_words)
            deliveries += sent(inbox, stem, "csv", window.last, delay, False, tally)
    return deliveries


def _act_row(user: User, platform: str, code: str, act: Act, in_words: bool, tally: DirtTally) -> list[ListCell]:
    if act.lost:
        tally.add(SOURCE, f"activity_{act.lost}", lost=1)
    elif user.phone and not act.shows_phone:
        tally.add(SOURCE, "activity_without_phone", repairable=1)
    day = "31/02/2022" if act.lost == "unreadable_date" else day_text(act.day)
    kind = "khác" if act.lost == "unknown_activity" else (_ACT_WORDS[act.kind] if in_words else act.kind)
    phone = user.phone if act.shows_phone else ""
    if platform == "voso":
        phone = phone.lstrip("0")
    cells: list[ListCell] = [code, person_name(user.number), phone, day, kind, 1 + (user.number + act.day.day) % 9]
    return cells if in_words else [platform, *cells]


def _write_acts(path: Path, platform: str, window: Window, rows: list[list[ListCell]], in_words: bool) -> None:
    title = [OPERATORS[platform], "TÀI KHOẢN HOẠT ĐỘNG (MÔ PHỎNG)", window.title]
    if in_words:
        write_sheet(path, title, _ACT_LABELS if window.first.year >= 2022 else _ACT_LABELS_2021, rows)
    else:
        write_lines(path, [",".join(_ACT_CODES), *(",".join(map(str, row)) for row in rows)])
