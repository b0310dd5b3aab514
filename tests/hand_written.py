"""Deliveries written by hand for tests: a month's register of work files, and dossiers of a commune."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tests.conftest import ROOT

KEY = {"LANGSON_HASH_KEY": "5a" * 32}
HEADER = ("Mã HSCV", "Đơn vị", "Cấp", "Ngày mở", "Ngày kết thúc", "Hình thức xử lý", "Độ mật")


def write_work_files(
    path: Path,
    month: str,
    files: Sequence[tuple[str, str]],
    closed: str,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """A month's (mm/yyyy) register of the department of information and communications.

    `files` has each file's opening day and form; all were closed on the one day.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    number, year = month.split("/")
    rows = "".join(
        f"<tr><td>HSCV-{year}-{place}</td><td>Sở TT&amp;TT</td><td>tỉnh</td><td>{opened}</td><td>{closed}</td>"
        f"<td>{form}</td><td>Thường</td></tr>"
        for place, (opened, form) in enumerate(files)
    )
    header = "".join(f"<th>{renamed.get(name, name)}</th>" for name in HEADER)
    path.write_text(
        "<html><body><p>SỔ HỒ SƠ CÔNG VIỆC</p><p>Đơn vị: Sở Thông tin và Truyền thông</p>"
        f"<p>Từ ngày 01/{number}/{year} đến ngày 31/{number}/{year}</p><table><tr>{header}</tr>{rows}"
        "</table></body></html>",
        encoding="utf-8",
    )
    return path


def work_files(path: Path, header: str = "Mã HSCV", rows: int = 3) -> Path:
    """January's register of so many files, all but the first handled online; `header` names the column of codes."""
    files = [("04/01/2022", "điện tử" if place else "giấy") for place in range(rows)]
    return write_work_files(path, "01/2022", files, "14/01/2022", {"Mã HSCV": header})


def write_dossiers(path: Path, commune: str) -> None:
    """The clean fixture, moved to January and to a commune: one of its three dossiers was filed online."""
    path.parent.mkdir(parents=True)
    text = (ROOT / "sources/online_public_services/fixtures/clean_183_202203.json").read_text(encoding="utf-8")
    text = text.replace("202203", "202201").replace("-2203", "-2201").replace("UBND huyện Cao Lộc", commune)
    path.write_text(text, encoding="utf-8")
