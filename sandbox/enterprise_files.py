"""The tax register (XLSX and CSV by turns) and the zips of registration messages in the form of QĐ 1450/QĐ-TCT."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from sandbox.bulk_files import ListCell, write_documents, write_lines, write_list_xlsx
from sandbox.enterprises import ACCEPTED, ACTIVE, CLOSED, STOPPED, SUSPENDED, Enterprise, Message, spoiled_code
from sandbox.exports import Window, windows
from sandbox.frame import AS_OF, Delivered, DirtTally, World
from sandbox.spelling import day_text, decomposed, without_accents

SOURCE = "e_invoices"
_STATE_WORDS = {
    ACTIVE: "NNT đang hoạt động", SUSPENDED: "Tạm ngừng hoạt động", STOPPED: "Ngừng hoạt động chưa hoàn thành thủ tục",
    CLOSED: "Đã đóng MST",
}  # fmt: skip
_KIND_WORDS = {"DN": "Doanh nghiệp", "HTX": "Hợp tác xã", "HKD": "Hộ kinh doanh", "CN": "Chi nhánh", "SN": "Đơn vị SN"}
_KIND_CODES = {"DN": "DN", "HTX": "HTX", "HKD": "HKD", "CN": "chi nhánh", "SN": "đơn vị SN"}
_REGISTER_LABELS = (
    "Mã số thuế", "Tên người nộp thuế", "Loại NNT", "Cơ quan thuế quản lý", "Địa bàn", "Trạng thái", "Ngày cấp",
    "Ngày đóng", "Ngày ĐK HĐĐT",
)  # fmt: skip
_REGISTER_CODES = (
    "mst", "ten_nnt", "loai_nnt", "cqt_quan_ly", "dia_ban", "trang_thai", "ngay_cap", "ngay_dong", "ngay_dk_hddt",
)  # fmt: skip


def after(day: date, days: int, hour: int = 9) -> datetime:
    """So many days after a day; never after the sandbox's last day."""
    return min(datetime(day.year, day.month, day.day, hour, 20) + timedelta(days=days), AS_OF)


def write_registers(
    enterprises: list[Enterprise], days: list[date], world: World, inbox: Path, tally: DirtTally
) -> list[Delivered]:
    """One state of the register per closing day; one comes late, one incomplete and then whole, one twice."""
    deliveries: list[Delivered] = []
    dirt = world.settings.dirt
    for turn, day in enumerate(days):
        listed = [enterprise for enterprise in enterprises if enterprise.granted <= day]
        suffix = "csv" if turn % 3 == 2 else "xlsx"
        stem = f"{SOURCE}/DanhBaNNT_{day:%Y%m%d}"
        delay = 4
        if dirt and turn == 5:
            delay = 50
            tally.add(SOURCE, "late_file", repairable=1)
        if dirt and turn == 9:
            short = [enterprise for place, enterprise in enumerate(listed) if place % 5]
            _write_register(inbox / f"{stem}_lan1.{suffix}", day, short, world, tally)
            deliveries.append(Delivered(f"{stem}_lan1.{suffix}", after(day, delay)))
            tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 8
        if dirt and turn == 3:
            _write_register(inbox / f"{stem}_cu.{suffix}", day, listed, world, tally, renamed=True)
            deliveries.append(Delivered(f"{stem}_cu.{suffix}", after(day, delay)))
            tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 3
        _write_register(inbox / f"{stem}.{suffix}", day, listed, world, tally)
        deliveries.append(Delivered(f"{stem}.{suffix}", after(day, delay)))
        if dirt and turn == 7:
            shutil.copyfile(inbox / f"{stem}.{suffix}", inbox / f"{stem}_gui_lai.{suffix}")
            deliveries.append(Delivered(f"{stem}_gui_lai.{suffix}", after(day, delay + 6)))
            tally.add(SOURCE, "same_file_sent_twice", repairable=1)
    return deliveries


def _write_register(
    path: Path, day: date, listed: list[Enterprise], world: World, tally: DirtTally, renamed: bool = False
) -> None:
    rows: list[list[ListCell]] = []
    is_book = path.suffix == ".xlsx"
    for place, enterprise in enumerate(listed):
        row = _register_row(enterprise, day, world, is_book, place)
        if enterprise.lost:
            tally.add(SOURCE, enterprise.lost, lost=1)
        elif enterprise.spoiled:
            tally.add(SOURCE, enterprise.spoiled, repairable=1)
        rows.append(row)
        if enterprise.spoiled == "listed_twice":
            rows.append(row)
    title = ["CỤC THUẾ TỈNH LẠNG SƠN", "DANH BẠ NGƯỜI NỘP THUẾ (MÔ PHỎNG)", f"Tính đến ngày {day_text(day)}"]
    if is_book:
        labels = ["STT", *_REGISTER_LABELS]
        if renamed:
            labels[labels.index("Trạng thái")] = "Tình trạng NNT"
        numbered = ([number, *row] for number, row in enumerate(rows, start=1))
        write_list_xlsx(path, title, labels, numbered, ["NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"])
    else:
        labels = ["tinh_trang" if renamed and label == "trang_thai" else label for label in _REGISTER_CODES]
        write_lines(path, [";".join(labels), *(";".join("" if c is None else str(c) for c in row) for row in rows)])


def _register_row(enterprise: Enterprise, day: date, world: World, is_book: bool, place: int) -> list[ListCell]:
    district = world.units[enterprise.district].name
    state = _STATE_WORDS[enterprise.state(day)]
    code: ListCell = enterprise.code
    if enterprise.lost == "bad_check_digit":
        code = spoiled_code(enterprise.code)
    elif enterprise.lost == "unknown_status":
        state = "Chưa rõ"
    elif enterprise.lost == "unknown_place":
        district = "Huyện Hoa Sim"
    if enterprise.spoiled == "stray_white_space":
        code = f" {enterprise.code}\t" if is_book else f"{enterprise.code}  "
    elif enterprise.spoiled == "leading_zero_lost":
        code = int(enterprise.code)
    elif enterprise.spoiled == "decomposed_accents":
        district, state = decomposed(district), decomposed(state)
    elif enterprise.spoiled == "other_spelling":
        kind, name = ("TP.", district[10:]) if district.startswith("Thành phố") else ("H.", district[6:])
        district = (f"{kind} {name}", district.upper(), without_accents(district))[int(enterprise.code[5]) % 3]
    closed = enterprise.closed if enterprise.closed and enterprise.closed <= day else None
    accepted = enterprise.accepted_on(reached=False)
    accepted = accepted if accepted and accepted <= day else None
    as_cell = is_book and place % 4 == 0  # in some rows the day is a real date cell
    dates: list[ListCell] = [
        moment if as_cell else day_text(moment) for moment in (enterprise.granted, closed, accepted)
    ]
    kinds = _KIND_WORDS if is_book else _KIND_CODES
    return [code, enterprise.name, kinds[enterprise.kind], enterprise.office, district, state, *dates]


def write_registrations(enterprises: list[Enterprise], world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One zip for the years before the last, then one a month; each message lies in the month of its own date."""
    deliveries: list[Delivered] = []
    everything = sorted(
        ((message.moment, enterprise.code, message.kind, enterprise, message)
         for enterprise in enterprises for message in enterprise.messages),
        key=lambda entry: entry[:3],
    )  # fmt: skip
    for window in windows(world):
        mine = [(enterprise, message) for moment, _, _, enterprise, message in everything
                if window.first <= moment.date() <= window.last]  # fmt: skip
        if not mine:
            continue
        name = f"{SOURCE}/ToKhai_{window.in_name}"
        delay = 5
        if world.settings.dirt and (window.first.year, window.first.month) == (world.settings.last.year, 4):
            write_documents(inbox / f"{name}_lan1.zip", _documents(mine[: len(mine) * 4 // 5], window))
            deliveries.append(Delivered(f"{name}_lan1.zip", after(window.last, delay)))
            tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 11
        write_documents(inbox / f"{name}.zip", _documents(mine, window))
        deliveries.append(Delivered(f"{name}.zip", after(window.last, delay)))
        for _, message in mine:
            if message.lost:
                tally.add(SOURCE, f"notice_{message.lost}", lost=1)
    return deliveries


def _documents(mine: list[tuple[Enterprise, Message]], window: Window) -> list[tuple[str, str]]:
    return [
        (f"{message.kind}_{window.last:%Y%m}_{number:06d}.xml", _document(enterprise, message, number))
        for number, (enterprise, message) in enumerate(mine, start=1)
    ]


def _document(enterprise: Enterprise, message: Message, number: int) -> str:
    moment = message.moment.isoformat()
    code = enterprise.code
    if message.lost == "bad_check_digit":
        code = spoiled_code(code)
    elif message.lost == "unreadable_date":
        moment = moment[:4] + "-02-31" + moment[10:]
    if message.kind == "TKhai":
        body = (
            f"<TKhai><DLTKhai><TTChung><PBan>2.0.0</PBan><MSo>01/ĐKTĐ-HĐĐT</MSo><Ten>Tờ khai đăng ký sử dụng hóa đơn"
            f" điện tử</Ten><HThuc>{message.form}</HThuc><TNNT>{enterprise.name}</TNNT><MST>{code}</MST>"
            f"<CQTQLy>{enterprise.office}</CQTQLy><MCQTQLy>1301</MCQTQLy><NLap>{moment[:10]}</NLap></TTChung>"
            "<NDTKhai><HTHDon><CMa>1</CMa><KCMa>0</KCMa></HTHDon><LHDSDung><HDGTGT>1</HDGTGT><HDBHang>0</HDBHang>"
            "</LHDSDung></NDTKhai></DLTKhai><DSCKS><NNT/></DSCKS></TKhai>"
        )
        kind = 100
    elif message.kind == "I_2":
        body = (
            f"<TBao><DLTBao><PBan>2.0.0</PBan><MSo>01/TB-TNĐT</MSo><Ten>Tiếp nhận</Ten><So>TN{number:06d}</So>"
            f"<DDanh>Lạng Sơn</DDanh><NTBao>{moment}</NTBao><MST>{code}</MST><TNNT>{enterprise.name}</TNNT>"
            f"<TGGui>{moment}</TGGui><THop>1</THop><TGNhan>{moment}</TGNhan></DLTBao><DSCKS><CQT/></DSCKS></TBao>"
        )
        kind = 102
    else:
        reason = "" if message.accepted == ACCEPTED else "<LDo><MLoi>0101</MLoi><MTa>Sai thông tin</MTa></LDo>"
        body = (
            f"<TBao><DLTBao><PBan>2.0.0</PBan><MSo>01/TB-ĐKĐT</MSo><Ten>Thông báo về việc chấp nhận</Ten>"
            f"<So>CN{number:06d}</So><DDanh>Lạng Sơn</DDanh><NTBao>{moment}</NTBao><TCQT>{enterprise.office}</TCQT>"
            f"<MST>{code}</MST><TNNT>{enterprise.name}</TNNT><Ngay>{moment}</Ngay>"
            f"<TTXNCQT>{message.accepted}</TTXNCQT><DSLDKCNhan>{reason}</DSLDKCNhan></DLTBao><DSCKS><CQT/></DSCKS></TBao>"
        )
        kind = 103
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?><TDiep><TTChung><PBan>2.0.0</PBan><MNGui>T0100000</MNGui>'
        f"<MNNhan>TCT</MNNhan><MLTDiep>{kind}</MLTDiep><MTDiep>T{number:08d}</MTDiep><MST>{code}</MST>"
        f"<SLuong>1</SLuong></TTChung><DLieu>{body}</DLieu></TDiep>"
    )
    return envelope[: len(envelope) // 2] if message.lost == "broken_document" else envelope
