"""What lies in the release folder beside the site, each file with its size and what it is for."""

from pathlib import Path

import yaml

from publishing.dictionary.declared import AFTER_GATE
from publishing.site.pages import Desk, Pages
from publishing.site.release import Row
from publishing.tables import table_of

MARTS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"
FOLDERS = (
    ("open_data", "Dữ liệu mở: gói dùng ngay", "Open data, packaged for use"),
    ("dictionary", "Từ điển số liệu: mỗi bảng, mỗi cột nghĩa là gì", "Dictionary: what every table and column means"),
    ("csv", "Bảng công bố dạng CSV (UTF-8, nén gzip)", "Published tables as CSV (UTF-8, gzip)"),
    ("parquet", "Bảng công bố dạng Parquet, giữ kiểu dữ liệu", "Published tables as Parquet, with their types"),
)
TABLE_FOLDERS = ("csv", "parquet")
FILES = (
    (
        "indicators.duckdb",
        "Mọi bảng trong một tệp, hỏi bằng SQL (DuckDB 1.x)",
        "All tables in one file, for SQL (DuckDB 1.x)",
    ),
    ("changes.md", "Bản này khác bản trước ở đâu", "What changed since the release before"),
    ("gate.json", "Kết quả cổng công bố", "The gate's verdicts"),
)


def download_pages(desk: Desk) -> Pages:
    """`downloads.html`: links to the files that are there when the site is built."""
    folder = desk.release.tables.folder
    descriptions = table_descriptions()
    sections = [
        {"name": name, "label": (vietnamese, english), "files": _files(folder, name, descriptions)}
        for name, vietnamese, english in FOLDERS
        if (folder / name).is_dir()
    ]
    single = [
        {"href": f"../{name}", "name": name, "label": (vietnamese, english), "size": (folder / name).stat().st_size}
        for name, vietnamese, english in FILES
        if (folder / name).is_file()
    ]
    yield desk.page("downloads.html", "downloads.html", sections=sections, single=single)


def _files(folder: Path, name: str, descriptions: dict[str, str]) -> list[Row]:
    return [
        {
            "href": f"../{path.relative_to(folder).as_posix()}",
            "name": path.relative_to(folder / name).as_posix(),
            "size": path.stat().st_size,
            "about": descriptions.get(table_of(path), "") if name in TABLE_FOLDERS else "",
        }
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    ]


def table_descriptions() -> dict[str, str]:
    """What each published table is, `Vietnamese | English`, from the yml beside its SQL."""
    found: dict[str, str] = {}
    for path in (*sorted(MARTS.glob("*.yml")), AFTER_GATE):
        for model in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["models"]:
            found[model["name"]] = " ".join(model["description"].split())
    return found
