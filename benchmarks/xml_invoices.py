"""Times our reader of invoice XML beside what people use: a zip of documents, each opened and given to xmltodict.

In processor seconds, both in one thread, so that other work on the machine is not timed.

Run: ``python -m benchmarks.xml_invoices [documents]``. Exits 1 when the ratio is below the promised one.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zipfile
from pathlib import Path

import xmltodict

from sources.formats.base import Limits
from sources.formats.xml_documents import read_xml_zip

PROMISED_RATIO = 8.0
_LINE = (
    "<HHDVu><TChat>1</TChat><STT>{line}</STT><MHHDVu>HH{line:04d}</MHHDVu>"
    "<THHDVu>Dịch vụ vận chuyển &amp; bốc xếp hàng hóa tại cửa khẩu số {line}</THHDVu><DVTinh>chuyến</DVTinh>"
    "<SLuong>{line}</SLuong><DGia>{price}</DGia><TLCKhau>0</TLCKhau><STCKhau>0</STCKhau><ThTien>{price}</ThTien>"
    "<TSuat>8%</TSuat><TTKhac><TTin><TTruong>Ghi chú</TTruong><KDLieu>string</KDLieu><DLieu>lô {line}</DLieu></TTin>"
    "</TTKhac></HHDVu>"
)
_INVOICE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<HDon><DLHDon Id="data"><TTChung><PBan>2.0.0</PBan>'
    "<THDon>Hóa đơn giá trị gia tăng</THDon><KHMSHDon>1</KHMSHDon><KHHDon>C22T{letters}</KHHDon><SHDon>{number}</SHDon>"
    "<NLap>2022-{month:02d}-{day:02d}</NLap><DVTTe>VND</DVTTe><TGia>1</TGia><HTTToan>TM/CK</HTTToan>"
    "<MSTTCGP>0101243150</MSTTCGP><TTKhac><TTin><TTruong>Mã hồ sơ</TTruong><KDLieu>string</KDLieu>"
    "<DLieu>{number:032x}</DLieu></TTin></TTKhac></TTChung><NDHDon><NBan><Ten>CÔNG TY TNHH THƯƠNG MẠI SỐ {seller}</Ten>"
    "<MST>{seller:010d}</MST><DChi>Số {seller}, đường Trần Đăng Ninh, thành phố Lạng Sơn</DChi></NBan>"
    "<NMua><Ten>CÔNG TY CỔ PHẦN XUẤT NHẬP KHẨU SỐ {buyer}</Ten><MST>{buyer:010d}</MST>"
    "<DChi>Khu kinh tế cửa khẩu Đồng Đăng</DChi></NMua><DSHHDVu>{lines}</DSHHDVu><TToan><THTTLTSuat><LTSuat>"
    "<TSuat>8%</TSuat><ThTien>{total}</ThTien><TThue>0</TThue></LTSuat></THTTLTSuat><TgTCThue>{total}</TgTCThue>"
    "<TgTThue>0</TgTThue><TgTTTBSo>{total}</TgTTTBSo><TgTTTBChu>Một triệu đồng chẵn</TgTTTBChu></TToan></NDHDon>"
    '</DLHDon><MCCQT Id="code">{number:034X}</MCCQT><DSCKS><NBan><Signature xmlns="http://www.w3.org/2000/09/xmldsig#">'
    "<SignedInfo><Reference URI=\"#data\"><DigestValue>{number:044d}</DigestValue></Reference></SignedInfo>"
    "<SignatureValue>{signature}</SignatureValue></Signature></NBan></DSCKS></HDon>"
)  # fmt: skip


def invoice(number: int) -> bytes:
    """One synthetic invoice of some 4.7 KB in the shape that the tax authority gives back."""
    price = 10_000 + number * 7919 % 5_000_000
    lines = "".join(_LINE.format(line=line, price=price) for line in range(1, 8))
    text = _INVOICE.format(
        number=number, letters="ABCDEFGH"[number % 8] * 2, month=number % 12 + 1, day=number % 28 + 1,
        seller=4_900_000_000 + number % 3000, buyer=100_000_000 + number * 31 % 90_000_000, lines=lines,
        total=price * 7, signature=f"{number * 2_654_435_761 % 2**64:043x}" * 8,
    )  # fmt: skip
    return text.encode()


def write_zip(path: Path, documents: int) -> None:
    """A zip of that many invoices."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for number in range(1, documents + 1):
            container.writestr(f"hoadon_{number:07d}.xml", invoice(number))


def read_with_xmltodict(path: Path) -> list[tuple[str, str, str]]:
    """The usual loop: every member through xmltodict, three of the fields picked out."""
    found = []
    with zipfile.ZipFile(path) as container:
        for name in container.namelist():
            data = xmltodict.parse(container.read(name))["HDon"]["DLHDon"]
            found.append((data["NDHDon"]["NBan"]["MST"], data["TTChung"]["SHDon"], data["NDHDon"]["TToan"]["TgTTTBSo"]))
    return found


def main() -> None:
    """Time both, in turn, and print documents a second and the ratio."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invoices.zip"
        write_zip(path, documents)
        size = len(invoice(documents // 2))
        print(f"{documents} documents of {size} bytes, {path.stat().st_size / 2**20:.1f} MB zipped")
        limits = Limits(depth=32)
        ours, theirs = [], []
        for _ in range(3):  # in turn, so that a busy moment of the machine meets both
            started = time.process_time()
            table = read_xml_zip(path, limits, ["HDon"])
            ours.append(time.process_time() - started)
            started = time.process_time()
            expected = read_with_xmltodict(path)
            theirs.append(time.process_time() - started)
    at = [table.header.index(name) for name in ("NBan/MST", "SHDon", "TgTTTBSo")]
    if list(zip(*(table.rows.column(position).to_pylist() for position in at), strict=True)) != expected:
        raise SystemExit("the two readers disagree")
    for name, seconds in (("read_xml_zip", min(ours)), ("zipfile+xmltodict", min(theirs))):
        print(f"{name:<18} {seconds:6.2f} s {documents / seconds:10.0f} documents/s (best of 3)")
    ratio = min(theirs) / min(ours)
    print(f"ratio {ratio:.1f} (promised {PROMISED_RATIO:.0f})")
    if ratio < PROMISED_RATIO:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
