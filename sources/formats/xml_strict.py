"""One message document read the careful way: the judge of everything the fast way does not take at first sight.

Also what both ways share: the look at the first bytes, the refusal of encodings other than UTF-8 and of document types.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from sources.formats.base import EDGE_SPACE, Limits
from sources.formats.xml_kinds import ELEMENT_KINDS, ENVELOPE, FIELDS, NOTICE_MARKS, UNKNOWN, Paths, paths_of

_SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
_LONGEST_NAME = 40  # element names of the format have at most 12 letters; a longer one is only quoted
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']")
_TAKEN_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
# How nearly every document starts: nothing more needs to be looked at.
_PLAIN_START = re.compile(
    rb"(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?:UTF|utf)-8[\"'])?"
    rb"(?: standalone=[\"'](?:yes|no)[\"'])? ?\?>)?\s*+(?=<[A-Za-z])"
)
# What may stand before the root element. Atomic, so that no input makes it try the same text twice.
_PROLOG = re.compile(rb"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+", re.DOTALL)


class Unreadable(Exception):
    """One document cannot be read; ``reason`` is ``vi | en``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Document:
    """One document: its kind and its fields by path below the document element (only those that hold text)."""

    kind: str
    element: str
    values: dict[str, str] = field(default_factory=dict)


def prepare(data: bytes) -> tuple[bytes, int]:
    """The bytes without byte order mark, and where the root element starts; raises Unreadable for what is refused.

    The size is the caller's to bound: both a single file and a member of a zip are measured before they are read.
    """
    if plain := _PLAIN_START.match(data):
        return data, plain.end()
    if data.startswith(_BYTE_ORDER_MARK):
        data = data[len(_BYTE_ORDER_MARK) :]
    if data.startswith(_UTF_16):
        raise Unreadable(
            "Tài liệu mã hóa UTF-16; hãy xuất lại dạng UTF-8 | The document is UTF-16; export it again as UTF-8"
        )
    declared = _DECLARED_ENCODING.match(data)
    if declared and (encoding := declared[1].decode("ascii")).lower() not in _TAKEN_ENCODINGS:
        raise Unreadable(
            f"Tài liệu khai mã hóa {encoding}; chỉ nhận UTF-8 | The document declares {encoding}; only UTF-8 is taken"
        )
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    head = data[start : start + 9].lower()
    if head.startswith(b"<!doctype"):
        if data[start : start + 14].lower().endswith(b"html"):
            raise Unreadable("Đây là trang HTML, không phải XML | This is an HTML page, not XML")
        raise Unreadable(
            "Tài liệu có DOCTYPE (thực thể tự định nghĩa) nên bị từ chối | "
            "The document has a DOCTYPE (entities of its own): refused"
        )
    if not head.startswith(b"<"):
        raise Unreadable("Không phải tài liệu XML | Not an XML document")
    return data, start


def read_strictly(data: bytes, limits: Limits) -> list[Document]:
    """Every document in one message, in order; at least one. Raises Unreadable."""
    data, start = prepare(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(data[start:], parser)
    except etree.XMLSyntaxError as error:
        # The parser's own message may quote the document, personal names included: its line and error type do not.
        what = f"{error.error_log.last_error.type_name if error.error_log else 'EMPTY'}, {error.lineno or 0}"
        raise Unreadable(
            f"XML không đúng cú pháp (lỗi và dòng: {what}) | Not well-formed XML (error and line: {what})"
        ) from error
    # libxml2 itself stops at 256 levels, so this recursion is bounded.
    if (depth := _depth(root)) > limits.depth:
        raise Unreadable(
            f"XML lồng {depth} tầng, vượt giới hạn {limits.depth} | "
            f"XML is {depth} levels deep, over the limit of {limits.depth}"
        )
    if _name(root) != ENVELOPE:
        return [_document(root)]
    items = [item for body in _children(root, "DLieu") for item in body if _name(item)]
    return [_document(item) for item in items] or [Document(UNKNOWN, ENVELOPE)]


def notice_kind(held: set[str]) -> str:
    """The kind of a notice by the paths it holds; ``unknown`` when none of the marks is there."""
    for kind, marks in NOTICE_MARKS.items():
        if held.issuperset(marks):
            return kind
    return UNKNOWN


def _document(root: etree._Element) -> Document:
    element = _name(root)
    if element not in FIELDS:
        return Document(ELEMENT_KINDS.get(element, element), element)
    found = {path: _find(root, path) for path in paths_of(element)}
    values: dict[str, str] = {}
    for path, texts in found.items():
        filled = [text for text in texts if text]
        if filled:
            values[path] = filled[0]
        if len(filled) > 1:
            raise Unreadable(
                f"Phần tử {element}/{path} lặp lại, không biết giá trị nào đúng | "
                f"Element {element}/{path} is repeated: no telling which value is right"
            )
    kind = ELEMENT_KINDS.get(element, "")
    if element == "TBao":
        # A mark that is there but empty still tells the kind when no filled one does.
        kind = notice_kind(set(values))
        if kind == UNKNOWN:
            kind = notice_kind({path for path, texts in found.items() if texts})
    return Document(kind, element, values)


def _name(element: etree._Element) -> str:
    """Local name; empty for what belongs to a signature."""
    name = etree.QName(element)
    return "" if name.namespace == _SIGNATURE_NAMESPACE else str(name.localname)[:_LONGEST_NAME]


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if _name(child) == name]


def _find(root: etree._Element, path: str) -> list[str]:
    elements = [root]
    for step in path.split("/"):
        elements = [child for element in elements for child in _children(element, step)]
    return [_text(element) for element in elements]


def _text(element: etree._Element) -> str:
    pieces = [element.text or "", *(child.tail or "" for child in element)]
    return "".join(pieces).strip(EDGE_SPACE)


def _depth(element: etree._Element) -> int:
    return 1 + max((_depth(child) for child in element), default=0)


def coalesced(values: dict[str, str], alternatives: Paths) -> str | None:
    """The first alternative that holds text."""
    return next((values[path] for path in alternatives if path in values), None)
