"""The kinds of message document (QĐ 1450/QĐ-TCT): what each is called, where it belongs, which elements are read.

A document is the first-level element inside ``TDiep/DLieu``, or the root when it travels without an envelope.
Only what the measures need is named here; the lines of an invoice (``HHDVu``) and the buyer are never read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

ENVELOPE = "TDiep"
UNKNOWN = "unknown"

Paths = tuple[str, ...]  # alternatives below the document element: the first that holds text counts


@dataclass(frozen=True)
class Kind:
    """The names of one kind for people, and the dataset it belongs to (empty: this product does not read it)."""

    label_vi: str
    label_en: str
    dataset: str = ""


KINDS: Mapping[str, Kind] = {
    "HDon": Kind("hóa đơn điện tử", "an e-invoice", "invoices"),
    "TKhai": Kind("tờ khai đăng ký sử dụng hóa đơn (I.1)", "a registration declaration (I.1)", "registrations"),
    "I_2": Kind("thông báo tiếp nhận tờ khai (I.2)", "a notice of receipt (I.2)", "registrations"),
    "I_3": Kind("thông báo chấp nhận sử dụng hóa đơn (I.3)", "a notice of acceptance (I.3)", "registrations"),
    "I_4": Kind("thông báo hết thời gian sử dụng (I.4)", "a notice that use has ended (I.4)", "registrations"),
    "II_3": Kind("thông báo kết quả kiểm tra dữ liệu (II.3)", "a notice of data check (II.3)", "registrations"),
    "I_5": Kind("đề nghị cấp hóa đơn theo lần phát sinh (I.5)", "a request for single invoices (I.5)"),
    "BTHDLieu": Kind("bảng tổng hợp dữ liệu hóa đơn", "a summary table of invoices"),
    UNKNOWN: Kind("thông báo không rõ loại (không có phần tử nhận dạng)", "a notice of no known kind"),
}

# Document element -> kind, where the element alone decides. TBao is told apart by NOTICE_MARKS.
ELEMENT_KINDS: Mapping[str, str] = {"HDon": "HDon", "TKhai": "TKhai", "DNghi": "I_5", "BTHDLieu": "BTHDLieu"}

# A notice is the first kind all of whose marks it holds: the public samples carry no usable message code (all say 999).
NOTICE_MARKS: Mapping[str, Paths] = {
    "I_3": ("DLTBao/TTXNCQT",),
    "I_2": ("DLTBao/THop", "DLTBao/TGNhan"),
    "I_4": ("DLTBao/NYCCDoi",),
    "II_3": ("DLTBao/KQKTra",),
}

_ENTRY = "DLHDon/TTChung"
_RELATED = "DLHDon/TTChung/TTHDLQuan"
_INVOICE_FIELDS: Mapping[str, Paths] = {
    "NBan/MST": ("DLHDon/NDHDon/NBan/MST",),
    "KHMSHDon": (f"{_ENTRY}/KHMSHDon",),
    "KHHDon": (f"{_ENTRY}/KHHDon",),
    "SHDon": (f"{_ENTRY}/SHDon",),
    "NLap": (f"{_ENTRY}/NLap",),
    "TDLap": (f"{_ENTRY}/TDLap",),
    "MCCQT": ("MCCQT",),
    "TCHDon": (f"{_RELATED}/TCHDon",),
    "KHMSHDCLQuan": (f"{_RELATED}/KHMSHDCLQuan",),
    "KHMSHDGoc": (f"{_RELATED}/KHMSHDGoc",),
    "KHHDCLQuan": (f"{_RELATED}/KHHDCLQuan",),
    "KHHDGoc": (f"{_RELATED}/KHHDGoc",),
    "SHDCLQuan": (f"{_RELATED}/SHDCLQuan",),
    "SHDGoc": (f"{_RELATED}/SHDGoc",),
    "DVTTe": (f"{_ENTRY}/DVTTe",),
    "TgTTTBSo": ("DLHDon/NDHDon/TToan/TgTTTBSo",),
}

# The fields of each document element that can be read, by the name the contract knows them under.
FIELDS: Mapping[str, Mapping[str, Paths]] = {
    "HDon": _INVOICE_FIELDS,
    "TKhai": {
        "MST": ("DLTKhai/TTChung/MST",),
        "NLap": ("DLTKhai/TTChung/NLap",),
        "HThuc": ("DLTKhai/TTChung/HThuc",),
        "MCQTQLy": ("DLTKhai/TTChung/MCQTQLy",),
        "TNNT": ("DLTKhai/TTChung/TNNT",),
    },
    "TBao": {
        "MST": ("DLTBao/MST",),
        # Drafts keep number and date in DLTBao; messages of the service itself put them beside it, in STBao.
        "NTBao": ("DLTBao/NTBao", "STBao/NTBao"),
        "So": ("DLTBao/So", "STBao/So"),
        "TTXNCQT": ("DLTBao/TTXNCQT",),
        "THop": ("DLTBao/THop",),
        "TNNT": ("DLTBao/TNNT",),
    },
}

_REGISTRATION_HEADER = ("kind", "MST", "NTBao", "NLap", "HThuc", "So", "TTXNCQT", "THop", "MCQTQLy", "TNNT")


def header_for(kinds: Collection[str]) -> tuple[str, ...]:
    """The row fields that documents of these kinds fill, always all of them, in one order."""
    unreadable = sorted(kind for kind in kinds if not (kind in KINDS and KINDS[kind].dataset))
    if unreadable or not kinds:
        raise ValueError(f"no reader for these kinds of document: {', '.join(unreadable) or '(none asked for)'}")
    invoice = tuple(_INVOICE_FIELDS) if "HDon" in kinds else ()
    registration = _REGISTRATION_HEADER if any(kind != "HDon" for kind in kinds) else ()
    return (*registration, *(name for name in invoice if name not in registration))


def paths_of(element: str) -> Paths:
    """Every path read below a document element: its fields, and for notices the marks that tell their kind."""
    marks = [path for group in NOTICE_MARKS.values() for path in group] if element == "TBao" else []
    fields = [path for group in FIELDS[element].values() for path in group]
    return tuple(dict.fromkeys([*fields, *marks]))


def belongs(kind: str) -> str:
    """One sentence, ``vi | en``: what this kind is and where such documents belong."""
    known = KINDS.get(kind, Kind("tài liệu không thuộc QĐ 1450/QĐ-TCT", "not a document of QĐ 1450/QĐ-TCT"))
    shown_vi = f"Tài liệu loại «{kind}» là {known.label_vi}"
    shown_en = f"Kind '{kind}' is {known.label_en}"
    if known.dataset:
        return (
            f"{shown_vi}, thuộc tập dữ liệu «{known.dataset}»; hãy gửi vào đó | "
            f"{shown_en}; it belongs to the dataset '{known.dataset}', send it there"
        )
    return f"{shown_vi}; hệ thống không đọc loại này | {shown_en}; it is not read here"
