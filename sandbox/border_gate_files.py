"""Answers that the border platform gives when it is asked, and the customs lists as XLSX and CSV by turns."""

import json
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sandbox.border_gate import GATES, CustomsDeclaration, GoodsLine, PlatformDeclaration
from sandbox.bulk_files import ListCell, write_lines, write_list_xlsx
from sandbox.enterprises import spoiled_code
from sandbox.exports import Window, windows
from sandbox.frame import AS_OF, Delivered, DirtTally, Served, World
from sandbox.spelling import day_text, decomposed

SOURCE = "border_gate"
_GATE_NAMES = {"CKHN": "Hữu Nghị", "TT": "Tân Thanh", "CM": "Chi Ma", "CN": "Cốc Nam"}
_OFFICES = {"CKHN": "15BB", "TT": "15BC", "CM": "15BD", "CN": "15BE"}
_LABELS = (
    "Số tờ khai", "Loại hình", "Mã HQ", "Ngày đăng ký", "Mã DN", "Tên DN", "Cửa khẩu xuất nhập", "Đại lý HQ",
)  # fmt: skip
_CODES = ("so_to_khai", "loai_hinh", "ma_hq", "ngay_dang_ky", "ma_dn", "ten_dn", "cua_khau_xuat_nhap", "dai_ly_hq")


def _received(window: Window, days: int) -> datetime:
    return min(datetime(window.last.year, window.last.month, window.last.day, 8, 40) + timedelta(days=days), AS_OF)


def _identifier(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def _moment(moment: datetime | None) -> str | None:
    """The platform's own form: ISO with microseconds and no zone."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.second * 7919 % 999_983:06d}" if moment else None


# --- the platform ----------------------------------------------------------------------------------------------------


def write_platform(
    declarations: list[PlatformDeclaration], world: World, inbox: Path, tally: DirtTally
) -> list[Delivered]:
    """One answer a window: late, short and then whole, with a renamed field and then right, and one twice."""
    deliveries: list[Delivered] = []
    dirt, last = world.settings.dirt, world.settings.last.year
    for window in windows(world):
        mine = [each for each in declarations if window.first <= each.created.date() <= window.last]
        month = window.last.month if window.last.year == last else 0
        stem, delay = f"{SOURCE}/cuakhauso_{window.in_name}", 3
        served = Served("platform_declarations", "-", window.first, window.last)
        if dirt and month == 4:
            _write_answer(inbox / f"{stem}_lan1.json", mine[: len(mine) * 3 // 5], month, tally)
            deliveries.append(Delivered(f"{stem}_lan1.json", _received(window, delay), served))
            tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 12
        elif dirt and month == 6:
            _write_answer(inbox / f"{stem}_cu.json", mine, month, tally, renamed=True)
            deliveries.append(Delivered(f"{stem}_cu.json", _received(window, delay), served))
            tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 2
        elif dirt and month == 8:
            delay += 47
            tally.add(SOURCE, "late_file", repairable=1)
        _write_answer(inbox / f"{stem}.json", mine, month, tally)
        deliveries.append(Delivered(f"{stem}.json", _received(window, delay), served))
        if dirt and month == 10:
            shutil.copyfile(inbox / f"{stem}.json", inbox / f"{stem}_gui_lai.json")
            deliveries.append(Delivered(f"{stem}_gui_lai.json", _received(window, delay + 5), served))
            tally.add(SOURCE, "same_file_sent_twice", repairable=1)
    return deliveries


def _write_answer(
    path: Path, mine: Sequence[PlatformDeclaration], turn: int, tally: DirtTally, renamed: bool = False
) -> None:
    records = []
    for place, declaration in enumerate(mine):
        record = _record(declaration, place, tally)
        if declaration.listed_twice:
            # Between two pages the declaration changed: the page read first still says the other gate and no end.
            other = next(code for code in GATES if code != declaration.gate)
            old = record | {
                "gate": _gate(other), "confirmFinish": False, "confirmFinishTime": None,
                "updateDate": _moment(declaration.created - timedelta(minutes=9)),
            }  # fmt: skip
            records += [old, record] if place % 2 else [record, old]
            tally.add(SOURCE, "listed_on_two_pages", repairable=1)
        else:
            records.append(record)
    if renamed:
        for record in records:
            record["registrationTransportDetail"] = record.pop("registrationTransportDetails")
    data: object = {"listData": records, "totalCount": str(len(records)), "totalPage": 1}
    if turn % 4 == 1:
        data = {"records": records, "total": len(records), "totalPages": "1"}
    elif turn % 4 == 2:
        data = records
    answer = {"result": 1, "code": "00", "message": "Thành công", "data": data}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _gate(code: str) -> dict[str, str]:
    return {"id": _identifier(len(code)), "code": code, "name": _GATE_NAMES[code]}


def _record(declaration: PlatformDeclaration, place: int, tally: DirtTally) -> dict[str, object]:
    declarant, fee_payer = declaration.declarant, declaration.fee_payer
    created = _moment(declaration.created)
    if declaration.lost == "bad_declarant" and declarant:
        declarant = spoiled_code(declarant[:10])
        tally.add(SOURCE, "bad_declarant", lost=1)
    elif declaration.lost == "unreadable_date" and created:
        created = f"{created[:4]}’-‘{created[5:7]}’-‘{created[8:10]}’T"
        tally.add(SOURCE, "unreadable_date", lost=1 + len(declaration.lines))
    company = None
    if declarant:
        # Some answers carry the number only in the company's own code.
        only_code = place % 11 == 4
        tally.add(SOURCE, "tax_code_only_in_company_code", repairable=int(only_code))
        company = {
            "code": f"CPN{declarant}", "taxCode": None if only_code else declarant,
            "name": f"Công ty Mô Phỏng {place}\t\t", "phone": "0000000000",
        }  # fmt: skip
    return {
        "id": _identifier(int(declaration.number[-5:])),
        "numberOfDeclaration": declaration.number,
        "createDate": created,
        "updateDate": _moment(declaration.finished or declaration.created + timedelta(minutes=4)),
        "arrivalDate": f"{declaration.created:%Y-%m-%d}T00:00:00",
        "type": place % 2,
        "isFinish": False,
        "confirmFinish": declaration.finished is not None,
        "confirmFinishTime": _moment(declaration.finished),
        "timeStamp": str(declaration.created.timestamp()),
        "company": company,
        "feePayingCompanyName": "Công ty Mô Phỏng",
        "feePayingCompanyTaxCode": f"{fee_payer}\t" if fee_payer and place % 9 == 2 else fee_payer,
        "feePayingCompanyPhone": "0000000000",
        "gate": _gate(declaration.gate),
        "registrationTransportGoods": [_line(line, place, tally) for line in declaration.lines],
        "registrationTransportDetails": [
            {
                "licencePlate": f"99X{place % 100_000:05d}", "vehicleNationalityType": "VN",
                "driverName": "Lái xe (mô phỏng)", "checkRemove": number < declaration.removed, "weight": 12500.5,
            }
            for number in range(declaration.vehicles)
        ],
        "paymentOfTax": {"paymentStatus": 2, "companyCode": "2022’-‘05’-‘03’T’15’", "total": 800000},
    }  # fmt: skip


def _line(line: GoodsLine, place: int, tally: DirtTally) -> dict[str, object]:
    code = line.code
    if line.lost and code:
        code = spoiled_code(code[:10])
        tally.add(SOURCE, line.lost, lost=1)
    elif code and place % 5 == 1:
        code = f"{code}\t\t"
        tally.add(SOURCE, "trailing_tabs", repairable=1)
    elif code and place % 17 == 3:
        code = f"CPN{code}"
        tally.add(SOURCE, "prefixed_tax_code", repairable=1)
    return {
        "id": _identifier(line.number),
        "companyTaxCode": code if code or place % 2 else "",
        "companyName": f"Công ty Mô Phỏng {line.number}" + "\t" * (place % 40),
        "numberHQ": line.customs_number,
        "typeHQ": "E42" if line.customs_number else "",
        "createAreaHQ": "VNHUGT" if line.customs_number else None,
        "gateEntryCode": None,
        "registrationTransportGoodsDetails": [],
    }


# --- customs ---------------------------------------------------------------------------------------------------------


def write_customs(
    declarations: list[CustomsDeclaration], world: World, inbox: Path, tally: DirtTally
) -> list[Delivered]:
    """One list a window, of both gates: late, short and then whole, with a renamed column and then right."""
    deliveries: list[Delivered] = []
    dirt, last = world.settings.dirt, world.settings.last.year
    for turn, window in enumerate(windows(world)):
        mine = [each for each in declarations if window.first <= each.day <= window.last]
        month = window.last.month if window.last.year == last else 0
        suffix = "csv" if turn % 3 == 1 else "xlsx"
        stem, delay = f"{SOURCE}/TKHQ_{window.in_name}", 4
        if dirt and month == 3:
            _write_list(inbox / f"{stem}_lan1.{suffix}", mine[: len(mine) // 2], window, dirt, tally)
            deliveries.append(Delivered(f"{stem}_lan1.{suffix}", _received(window, delay)))
            tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 10
        elif dirt and month == 7:
            _write_list(inbox / f"{stem}_cu.{suffix}", mine, window, dirt, tally, renamed=True)
            deliveries.append(Delivered(f"{stem}_cu.{suffix}", _received(window, delay)))
            tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 3
        elif dirt and month == 9:
            delay += 40
            tally.add(SOURCE, "late_file", repairable=1)
        _write_list(inbox / f"{stem}.{suffix}", mine, window, dirt, tally)
        deliveries.append(Delivered(f"{stem}.{suffix}", _received(window, delay)))
    return deliveries


def _write_list(
    path: Path, mine: Sequence[CustomsDeclaration], window: Window, dirt: bool, tally: DirtTally, renamed: bool = False
) -> None:
    is_book = path.suffix == ".xlsx"
    rows: list[list[ListCell]] = []
    for place, declaration in enumerate(mine):
        row = _customs_row(declaration, place, is_book, dirt, tally)
        if declaration.wrong_code:
            rows.append([f"{declaration.number}0", *row[1:4], declaration.wrong_code, *row[5:]])
            row[0] = f"{declaration.number}1"
        rows.append(row)
    labels = list(_LABELS if is_book else _CODES)
    if renamed:
        labels[4] = "Đối tượng"
    if is_book:
        title = ["CỤC HẢI QUAN TỈNH LẠNG SƠN", "DANH SÁCH TỜ KHAI (MÔ PHỎNG)", window.title]
        numbered = ([number, *row] for number, row in enumerate(rows, start=1))
        write_list_xlsx(path, title, ["STT", *labels], numbered, ["NGƯỜI LẬP BIỂU"])
    else:
        body = (";".join("" if cell is None else str(cell) for cell in row) for row in rows)
        write_lines(path, [";".join(labels), *body])


def _customs_row(
    declaration: CustomsDeclaration, place: int, is_book: bool, dirt: bool, tally: DirtTally
) -> list[ListCell]:
    code: ListCell = declaration.code
    gate = _GATE_NAMES[declaration.gate]
    day: ListCell = declaration.day if is_book and place % 4 == 0 else day_text(declaration.day)
    if declaration.lost == "bad_check_digit" and declaration.code:
        code = spoiled_code(declaration.code[:10])
    elif declaration.lost == "unknown_gate":
        gate = "Cửa khẩu số 9"
    elif declaration.lost == "unreadable_date":
        day = "31/02/2022"
    elif dirt and place % 3 == 1:
        gate = decomposed(f"Cửa khẩu {gate}").upper() if place % 2 else f"CK  {gate} "
        tally.add(SOURCE, "other_spelling", repairable=1)
    if declaration.lost:
        tally.add(SOURCE, f"customs_{declaration.lost}", lost=1)
    elif dirt and declaration.code and declaration.code.isdigit() and declaration.code[0] == "0" and place % 2:
        code = int(declaration.code) if is_book else declaration.code.lstrip("0")
        tally.add(SOURCE, "leading_zero_lost", repairable=1)
    kind = ("E42", "C11", "A11", "B11")[place % 4]
    return [
        f"{declaration.number}0", kind, _OFFICES[declaration.gate], day, code, f"Công ty Mô Phỏng {place}", gate,
        "Đại lý Mô Phỏng" if place % 6 == 0 else None,
    ]  # fmt: skip
