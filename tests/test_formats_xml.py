"""XML messages: every kind read to its fields, hostile ones refused, the fast way equal to the careful one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from lxml import etree

from sources.formats import xml_documents
from sources.formats.base import FormatError, Limits, RawTable
from sources.formats.xml_batches import Shape, read_batch
from sources.formats.xml_documents import read_xml, read_xml_zip
from sources.formats.xml_kinds import FIELDS, header_for

LIMITS = Limits(depth=32)
INVOICES = ["HDon"]
REGISTRATIONS = ["TKhai", "I_2", "I_3", "I_4", "II_3"]
SAMPLES = Path(__file__).parents[1] / ".." / "shared" / "samples" / "einvoice"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
OTHER = "<TTKhac><TTin><TTruong>MST</TTruong><KDLieu>string</KDLieu><DLieu>không phải</DLieu></TTin></TTKhac>"


def invoice(number: str = "57", seller: str = "4900123456", related: str = "", extra: str = "") -> str:
    return (
        f"<HDon><DLHDon Id='data'><TTChung><KHMSHDon>1</KHMSHDon><KHHDon>C22TAA</KHHDon><SHDon>{number}</SHDon>"
        f"<NLap>2022-03-05</NLap><DVTTe>VND</DVTTe>{related}{OTHER}</TTChung><NDHDon><NBan><Ten>A &amp; B</Ten>"
        f"<MST>{seller}</MST>{OTHER}</NBan><NMua><MST>0100109106</MST></NMua><DSHHDVu><HHDVu><SHDon>1</SHDon>"
        f"{OTHER}</HHDVu><HHDVu><STT>2</STT>{OTHER}</HHDVu></DSHHDVu><TToan><TgTTTBSo>1000.5</TgTTTBSo></TToan></NDHDon>"
        f"{extra}</DLHDon><MCCQT>{'0A' * 17}</MCCQT><DSCKS><NBan><Signature "
        'xmlns="http://www.w3.org/2000/09/xmldsig#"><Object><MST>x</MST></Object></Signature></NBan></DSCKS></HDon>'
    )


def envelope(*documents: str, count: int = 1) -> str:
    return (
        "<TDiep><TTChung><PBan>2.0.0</PBan><MLTDiep>999</MLTDiep><MST>0000000000</MST>"
        f"<SLuong>{count}</SLuong></TTChung><DLieu>{''.join(documents)}</DLieu></TDiep>"
    )


def notice(body: str, mst: str = "4900123456") -> str:
    return (
        f"<TBao><DLTBao><So>12/TB</So><NTBao>2022-03-05T10:00:00</NTBao><MST>{mst}</MST><TNNT>Công ty</TNNT>"
        f"{body}</DLTBao><DSCKS/></TBao>"
    )


DECLARED = (
    "<TKhai><DLTKhai><TTChung><HThuc>1</HThuc><TNNT>Công ty</TNNT><MST>4900123456</MST><MCQTQLy>2000</MCQTQLy>"
    "<NLap>2022-01-05</NLap></TTChung><NDTKhai><DSDKUNhiem><DKUNhiem><MST>0100109106</MST></DKUNhiem><DKUNhiem>"
    "<MST>0100109107</MST></DKUNhiem></DSDKUNhiem></NDTKhai></DLTKhai></TKhai>"
)
MARKED = {
    "I_2": "<THop>1</THop><TGNhan>2022-03-05T10:00:00</TGNhan>",
    "I_3": "<TTXNCQT>1</TTXNCQT><DSLDKCNhan><LDo/></DSLDKCNhan>",
    "I_4": "<NYCCDoi>2022-03-05T10:00:00</NYCCDoi>",
    "II_3": "<KQKTra>0</KQKTra><LCMa><MST>x</MST></LCMa>",
}


def written(folder: Path, content: str | bytes, name: str = "document.xml") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else (DECLARATION + content).encode())
    return path


def zipped(folder: Path, members: dict[str, str | bytes]) -> Path:
    path = folder / "documents.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return path


def records(table: RawTable) -> list[dict[str, str | None]]:
    """Rows as dictionaries of the fields that hold something."""
    names = dict(zip([f"c{position}" for position in range(len(table.header))], table.header, strict=True))
    return [{names[key]: row[key] for key in names if row[key] is not None} for row in table.rows.to_pylist()]


def reject_rules(table: RawTable) -> list[tuple[int, str, str]]:
    return [(row["_row_number"], row["_label"], row["rule"]) for row in table.rejects.to_pylist()]


@pytest.mark.parametrize("wrap", [str, envelope], ids=["bare", "in the envelope"])
def test_an_invoice_is_read_to_its_own_fields_and_not_to_those_of_its_lines_or_buyer(tmp_path: Path, wrap) -> None:
    related = "<TTHDLQuan><TCHDon>1</TCHDon><KHMSHDCLQuan>1</KHMSHDCLQuan><KHHDCLQuan>C22TAB</KHHDCLQuan><SHDCLQuan>7</SHDCLQuan></TTHDLQuan>"  # noqa: E501
    table = read_xml(written(tmp_path, wrap(invoice(related=related))), LIMITS, INVOICES)
    assert table.header == header_for(INVOICES)
    assert records(table) == [
        {
            "NBan/MST": "4900123456", "KHMSHDon": "1", "KHHDon": "C22TAA", "SHDon": "57", "NLap": "2022-03-05",
            "MCCQT": "0A" * 17, "TCHDon": "1", "KHMSHDCLQuan": "1", "KHHDCLQuan": "C22TAB", "SHDCLQuan": "7",
            "DVTTe": "VND", "TgTTTBSo": "1000.5",
        }
    ]  # fmt: skip


def test_a_declaration_gives_its_own_tax_code_not_the_envelopes_nor_that_of_a_delegate(tmp_path: Path) -> None:
    table = read_xml(written(tmp_path, envelope(DECLARED)), LIMITS, REGISTRATIONS)
    assert records(table) == [
        {"kind": "TKhai", "MST": "4900123456", "NLap": "2022-01-05", "HThuc": "1", "MCQTQLy": "2000", "TNNT": "Công ty"}
    ]


@pytest.mark.parametrize("kind", sorted(MARKED))
def test_a_notice_is_known_by_its_own_elements(tmp_path: Path, kind: str) -> None:
    (row,) = records(read_xml(written(tmp_path, envelope(notice(MARKED[kind]))), LIMITS, REGISTRATIONS))
    assert (row["kind"], row["MST"], row["NTBao"], row["So"]) == (kind, "4900123456", "2022-03-05T10:00:00", "12/TB")
    assert row.get("TTXNCQT") == ("1" if kind == "I_3" else None)
    assert row.get("THop") == ("1" if kind == "I_2" else None)


def test_a_notice_with_number_and_date_beside_its_body_gives_them(tmp_path: Path) -> None:
    text = (
        "<TBao><DLTBao><MST>4900123456</MST><TTXNCQT>2</TTXNCQT></DLTBao>"
        "<STBao><So>9</So><NTBao>2022-05-01</NTBao></STBao></TBao>"
    )
    (row,) = records(read_xml(written(tmp_path, text), LIMITS, REGISTRATIONS))
    assert row == {"kind": "I_3", "MST": "4900123456", "NTBao": "2022-05-01", "So": "9", "TTXNCQT": "2"}


@pytest.mark.parametrize(
    ("text", "kinds", "named"),
    [
        (invoice(), REGISTRATIONS, "'HDon' is an e-invoice; it belongs to the dataset 'invoices'"),
        (envelope(notice(MARKED["I_3"])), INVOICES, "'I_3' is a notice of acceptance (I.3); it belongs to the dataset"),
        (envelope("<DNghi><DLDNghi/></DNghi>"), REGISTRATIONS, "'I_5' is a request for single invoices"),
        ("<TBao></TBao>", REGISTRATIONS, "'unknown' is a notice of no known kind"),
        (envelope(), REGISTRATIONS, "'unknown'"),
        (envelope("<BTHDLieu/>"), INVOICES, "'BTHDLieu' is a summary table"),
        ("<note/>", INVOICES, "'note' is not a document of QĐ 1450"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_name(tmp_path: Path, text: str, kinds: list[str], named: str) -> None:
    with pytest.raises(FormatError) as refused:
        read_xml(written(tmp_path, text), LIMITS, kinds)
    assert named in refused.value.reason
    assert " | " in refused.value.reason


BOMB = '<?xml version="1.0"?><!-- c --><!DOCTYPE HDon [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + invoice("&b;")
HOSTILE: dict[str, tuple[bytes, str]] = {
    "entities of its own": (BOMB.encode(), "DOCTYPE"),
    "an outside entity": (
        b'<!DOCTYPE HDon [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + invoice("&x;").encode(), "DOCTYPE"),
    "an entity never declared": (invoice("&x;").encode(), "well-formed"),
    "an undeclared entity where nothing is read": (invoice(extra="<A>&nbsp;</A>").encode(), "well-formed"),
    "a bare ampersand": (invoice(extra="<A>a & b</A>").encode(), "well-formed"),
    "UTF-16": (f'<?xml version="1.0" encoding="UTF-16"?>{invoice()}'.encode("utf-16"), "UTF-16"),
    "another declared encoding": (
        f'<?xml version="1.0" encoding="windows-1258"?>{invoice()}'.encode(), "windows-1258"),
    "bytes that are not UTF-8": (invoice(extra="<A>?</A>").encode().replace(b"?", b"\xc3("), "well-formed"),
    "too deep": (invoice(extra="<A>" * 40 + "</A>" * 40).encode(), "levels deep"),
    "cut short": (invoice().encode()[:-300], "well-formed"),
    "two roots": ((invoice() + invoice()).encode(), "well-formed"),
    "a field twice": (invoice(related="<SHDon>58</SHDon>").encode(), "repeated"),
    "a control character": (invoice(extra="<A>\x01</A>").encode(), "well-formed"),
    "a control character as a reference": (invoice(extra="<A>&#1;</A>").encode(), "well-formed"),
    "a comment without end": ((invoice() + "<!--</HDon>").encode(), "well-formed"),
    "a login page": (b"<!DOCTYPE html><html><body>login</body></html>", "HTML page"),
    "plain text": (b"not found", "Not an XML document"),
    "nothing": (b" ", "Not an XML document"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_a_hostile_document_is_refused_alone_and_costs_a_zip_only_itself(tmp_path: Path, what: str) -> None:
    data, reason = HOSTILE[what]
    with pytest.raises(FormatError) as refused:
        read_xml(written(tmp_path, data), LIMITS, INVOICES)
    assert reason in refused.value.reason
    members: dict[str, str | bytes] = {
        f"{number:02}.xml": DECLARATION + invoice(str(number)) for number in range(1, 40)
    }
    members["17.xml"] = data
    table = read_xml_zip(zipped(tmp_path, members), LIMITS, INVOICES)
    assert reject_rules(table) == [(17, "17.xml", "unreadable_document")]
    assert reason in table.rejects.column("expected")[0].as_py()
    assert [row["SHDon"] for row in records(table)] == [str(number) for number in range(1, 40) if number != 17]
    assert table.rows.column("_label").to_pylist() == [name for name in members if name != "17.xml"]
    assert table.rows.column("_row_number").to_pylist() == [number for number in range(1, 40) if number != 17]


def test_a_message_quoted_in_a_reject_tells_nothing_of_the_document(tmp_path: Path) -> None:
    data = invoice().replace("A &amp; B", "Cty <Nguyễn Văn A>").encode()
    with pytest.raises(FormatError) as refused:
        read_xml(written(tmp_path, data), LIMITS, INVOICES)
    assert "Nguy" not in refused.value.reason
    assert "Văn" not in refused.value.reason


def test_every_member_of_a_zip_is_a_row_or_a_reject_with_its_reason(tmp_path: Path) -> None:
    path = zipped(
        tmp_path,
        {
            "folder/": b"", "__MACOSX/._a.xml": b"x", "folder/.DS_Store": b"x",
            "a.xml": invoice("1"), "b.XML": "\ufeff" + DECLARATION + envelope(invoice("2"), invoice("3"), count=2),
            "old.zip": b"PK", "invoice.html": b"<html/>", "c.xml": envelope(notice(MARKED["I_3"])), "d.xml": "<HDon>",
            "e.xml": envelope(invoice("4"), DECLARED, invoice("5")), "f.xml": invoice("6"),
        },
    )  # fmt: skip
    table = read_xml_zip(path, LIMITS, INVOICES)
    assert [(row["_row_number"], row["_label"]) for row in table.rows.to_pylist()] == [
        (1, "a.xml"), (2, "b.XML"), (3, "b.XML"), (8, "e.xml"), (10, "e.xml"), (11, "f.xml"),
    ]  # fmt: skip
    assert [row["SHDon"] for row in records(table)] == ["1", "2", "3", "4", "5", "6"]
    assert reject_rules(table) == [
        (4, "old.zip", "nested_archive"), (5, "invoice.html", "not_a_document"), (6, "c.xml", "other_kind"),
        (7, "d.xml", "unreadable_document"), (9, "e.xml", "other_kind"),
    ]  # fmt: skip
    assert (table.skipped["directory"], table.skipped["system_file"]) == (1, 2)


@pytest.mark.parametrize(
    "body",
    [
        f"<DLieu>{invoice()}{DECLARED}</DLieu>",
        f"<DLieu>{DECLARED}{invoice()}</DLieu>",
        f"<DLieu>{invoice()}<BTHDLieu/></DLieu>",
        f"<DLieu>{invoice()}<!-- --><BTHDLieu/></DLieu>",
        f"<DLieu>{invoice()}</DLieu><DLieu>{DECLARED}</DLieu>",
        f"<DLieu>{DECLARED}</DLieu><DLieu>{invoice()}</DLieu>",
        f"<!-- <DLieu><HDon> --><DLieu>{DECLARED}{invoice()}</DLieu>",
        f"<DLieu>{invoice()}<HDon /></DLieu>",
        f"<DLieu>{invoice().replace('</HDon>', '</HDon >')}<BTHDLieu/></DLieu>",
    ],
)
def test_no_document_beside_another_in_one_envelope_is_lost(tmp_path: Path, body: str) -> None:
    table = read_xml(written(tmp_path, f"<TDiep><TTChung/>{body}</TDiep>"), LIMITS, INVOICES)
    assert table.rows.num_rows + table.rejects.num_rows == 2
    assert records(table)[0]["SHDon"] == "57"


def test_a_zip_of_documents_of_another_kind_only_is_refused_by_their_name(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="belongs to the dataset 'invoices'"):
        read_xml_zip(zipped(tmp_path, {"a.xml": invoice(), "b.xml": invoice("2")}), LIMITS, REGISTRATIONS)


def test_a_zip_beyond_its_limits_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.xml": invoice(extra=" " * 9_000_000), "b.xml": invoice()})
    for limits in (Limits(ratio=20), Limits(members=1), Limits(unpacked=1000), Limits(bytes=100)):
        with pytest.raises(FormatError):
            read_xml_zip(path, limits, INVOICES)


def test_a_member_that_does_not_match_its_directory_is_rejected(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.xml": invoice("1"), "b.xml": invoice("2")})
    data = bytearray(path.read_bytes())
    data[60:64] = b"\xff\xff\xff\xff"  # inside the packed bytes of the first member
    path.write_bytes(bytes(data))
    table = read_xml_zip(path, LIMITS, INVOICES)
    assert reject_rules(table) == [(1, "a.xml", "unreadable_document")]
    assert [row["SHDon"] for row in records(table)] == ["2"]


def test_batches_join_in_the_order_of_the_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_documents, "_BATCH_BYTES", 5000)
    wraps = [str, envelope]
    members: dict[str, str | bytes] = {f"{number}.xml": wraps[number % 2](invoice(str(number))) for number in range(60)}
    table = read_xml_zip(zipped(tmp_path, members), LIMITS, INVOICES)
    assert [row["SHDon"] for row in records(table)] == [str(number) for number in range(60)]
    assert table.rows.column("_row_number").to_pylist() == list(range(1, 61))


def plain_lxml(text: str, element: str) -> dict[str, str]:
    """The fields of one document, read in the simplest way there is."""
    root = etree.fromstring(text.encode(), etree.XMLParser(remove_comments=True))
    document = root if root.tag == element else root.find(f"DLieu/{element}")
    found = {}
    for name, paths in FIELDS[element].items():
        for path in paths:
            value = (document.findtext(path) or "").strip()
            if value and name not in found:
                found[name] = value
    return found


TEXTS = {
    "entities": "A &amp; B &lt;C&gt; &quot;D&quot; &#272;&#x1EBF;",
    "CDATA": "a <![CDATA[<b> c]]> d",
    "comment inside": "12<!-- <MST> -->34",
    "line ends": "a\r\nb\rc\n",
    "spaces": "  \t57 ",
    "empty": "",
    "accents": "Đồng Đăng – Lạng Sơn",
}


def test_text_that_needs_the_strict_way_is_the_same(tmp_path: Path) -> None:
    text = "<![CDATA[<b> & c]]>&#0272;"
    (row,) = records(read_xml(written(tmp_path, invoice(text)), LIMITS, INVOICES))
    assert row["SHDon"] == "<b> & cĐ"


@pytest.mark.parametrize("what", sorted(TEXTS))
def test_the_fast_way_reads_the_same_text_as_lxml(what: str) -> None:
    for shape, text in (
        (Shape("HDon", False), invoice(TEXTS[what])),
        (Shape("HDon", True), envelope(invoice(TEXTS[what]))),
    ):
        ((_, result),) = read_batch(shape, [text.encode()], LIMITS)
        assert result.doubtful == [], "the fast way should not need the strict one here"
        fast = {name: result.columns[paths[0]][0].as_py() for name, paths in FIELDS["HDon"].items()}
        assert {name: value for name, value in fast.items() if value is not None} == plain_lxml(text, "HDon")


def samples() -> list[Path]:
    return sorted(SAMPLES.glob("*.xml")) if SAMPLES.is_dir() else []


SAMPLE_KINDS = {
    "I_1-TKHAI": "TKhai", "I_2-TBAO": "I_2", "I_3-TBAO": "I_3", "I_4-TBAO": "I_4", "I_5-DN": "I_5",
    "II_2": "HDon", "II_3": "II_3", "II_4": "unknown",
}  # fmt: skip


def sample_kind(path: Path) -> str:
    return next(kind for start, kind in SAMPLE_KINDS.items() if path.name.split("__")[-1].startswith(start))


def test_every_public_sample_is_read_to_the_fields_it_holds_or_refused_by_its_kind() -> None:
    if not samples():
        pytest.skip("the public samples of ../shared/samples/einvoice are not beside this checkout")
    for path in samples():
        kind = sample_kind(path)
        for kinds in (INVOICES, REGISTRATIONS):
            if kind in kinds:
                (row,) = records(read_xml(path, LIMITS, kinds))
                assert row.pop("kind", kind) == kind, path.name
                element = kind if kind in FIELDS else "TBao"
                assert row == plain_lxml(path.read_text(encoding="utf-8").split("?>", 1)[1], element), path.name
                assert len(row) >= 4, f"{path.name}: {row}"
            else:
                with pytest.raises(FormatError, match=f"'{kind}'"):
                    read_xml(path, LIMITS, kinds)


def test_the_public_samples_in_one_zip_are_all_answered_for(tmp_path: Path) -> None:
    if not samples():
        pytest.skip("the public samples of ../shared/samples/einvoice are not beside this checkout")
    path = zipped(tmp_path, {sample.name: sample.read_bytes() for sample in samples()})
    table = read_xml_zip(path, LIMITS, REGISTRATIONS)
    assert table.rows.num_rows + table.rejects.num_rows == len(samples())
    assert sorted(row["kind"] for row in records(table)) == sorted(REGISTRATIONS)
    assert set(table.rejects.column("rule").to_pylist()) == {"other_kind"}
