"""The pages about adding a source and an indicator: what they say is done in a copy of the project, then looked at."""

import json
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT
from tests.tree import Tree, copy_tree

pytestmark = pytest.mark.slow
KEY = {"LANGSON_HASH_KEY": "5a" * 32}
BLOCK = re.compile(
    r"^(?:Tệp|Thêm vào) `(?P<file>[^`]+)`(?:, (?P<place>trước|sau) dòng `(?P<line>[^`]+)`)?:\n\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """One block of a page: a whole new file, or lines for one that is there."""

    file: str
    text: str
    is_new: bool
    place: str | None
    line: str | None


def steps(page: str) -> list[Step]:
    """The blocks of a page in order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = [
        Step(match["file"], match["text"], match[0].startswith("Tệp"), match["place"], match["line"])
        for match in BLOCK.finditer(text)
    ]
    assert len(found) == len(re.findall(r"^```\w+$", text, re.MULTILINE)), "a block that says no file"
    return found


def follow(tree: Tree, page: str) -> None:
    """Do what a page says."""
    for step in steps(page):
        if step.is_new:
            assert not tree.path(step.file).exists(), f"{step.file} is there already"
            tree.write(step.file, step.text)
        elif step.line is None:
            tree.write(step.file, tree.path(step.file).read_text(encoding="utf-8") + "\n" + step.text)
        else:
            mark = f"{step.line}\n"
            added = step.text + mark if step.place == "trước" else mark + step.text
            tree.replace(step.file, mark, added)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home run by a copy of the project after both pages were followed, on files written by hand."""
    folder = tmp_path_factory.mktemp("docs")
    tree = copy_tree(folder)
    follow(tree, "adding-an-indicator.md")
    follow(tree, "adding-a-source.md")
    tree.prepare()
    inbox = folder / "inbox"
    write_work_files(inbox / "e_office" / "so_SO_TTTT_202201.html")
    write_dossiers(inbox / "online_public_services" / "ho_so_183_202201.json")
    (inbox / "digital_certificates").mkdir()
    fixture = tree.path("sources/digital_certificates/fixtures/clean_20220331.csv")
    shutil.copy(fixture, inbox / "digital_certificates/ds_20220331.csv")
    checked = tree.langson("check", "digital_certificates", "--json", fixture, env=KEY)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert [(item["rows_read"], item["rows_landed"]) for item in json.loads(checked.stdout)] == [(5, 4)]
    done = tree.langson("run", "--inbox", inbox, "--home", folder / "home", env=KEY)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return folder / "home"


def write_dossiers(path: Path) -> None:
    """The clean fixture, moved to January and to a commune: one of its three dossiers was filed online."""
    path.parent.mkdir(parents=True)
    text = (ROOT / "sources/online_public_services/fixtures/clean_183_202203.json").read_text(encoding="utf-8")
    text = (
        text.replace("202203", "202201").replace("-2203", "-2201").replace("UBND huyện Cao Lộc", "UBND xã Hồng Phong")
    )
    path.write_text(text, encoding="utf-8")


def write_work_files(path: Path) -> None:
    """Four files of January: three closed within 30 days of being opened."""
    path.parent.mkdir(parents=True)
    opened = ("04/01/2022", "03/01/2022", "01/12/2021", "30/12/2021")
    rows = "".join(
        f"<tr><td>HSCV-{number}</td><td>Sở TT&amp;TT</td><td>tỉnh</td><td>{day}</td><td>20/01/2022</td>"
        "<td>giấy</td><td>Thường</td></tr>"
        for number, day in enumerate(opened)
    )
    path.write_text(
        "<html><body><p>SỔ HỒ SƠ CÔNG VIỆC</p><p>Từ ngày 01/01/2022 đến ngày 31/01/2022</p><table><tr><th>Mã HSCV</th>"
        "<th>Đơn vị</th><th>Cấp</th><th>Ngày mở</th><th>Ngày kết thúc</th><th>Hình thức xử lý</th><th>Độ mật</th></tr>"
        f"{rows}</table></body></html>",
        encoding="utf-8",
    )


def value(home: Path, indicator: str, unit: str, month: date) -> tuple | None:
    with duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True) as release:
        found = release.execute(
            """select numerator, denominator, status, is_met from fct_indicator_value
            where indicator_code = ? and definition = 'headline' and unit_code = ? and period_start = ?""",
            [indicator, unit, month],
        ).fetchall()
    return found[0] if found else None


def test_a_target_over_counts_that_exist_is_one_file() -> None:
    first_part = [step.file for step in steps("adding-an-indicator.md")][:1]
    assert first_part == ["indicators/b9.yml"]


def test_a_target_with_a_new_count_adds_an_entry_and_one_branch() -> None:
    assert {step.file for step in steps("adding-an-indicator.md")[1:]} == {
        "indicators/measures.yml",
        "indicators/a7.yml",
        "dbt_project/models/intermediate/measures/int_e_office__measures.sql",
    }


def test_a_source_is_its_folders_one_model_and_one_suite() -> None:
    touched = {step.file for step in steps("adding-a-source.md")}
    own = re.compile(
        r"sources/digital_certificates/.+|dbt_project/models/staging/digital_certificates/.+"
        r"|dbt_project/models/intermediate/measures/int_digital_certificates__measures\.sql"
        r"|expectations/landing/digital_certificates__certificates\.json"
    )
    assert {file for file in touched if not own.fullmatch(file)} == {"indicators/measures.yml", "indicators/a8.yml"}


def test_the_indicator_over_existing_counts_is_computed(home: Path) -> None:
    assert value(home, "b9", "183", date(2022, 1, 1)) == (1, 3, "computed", False)
    assert value(home, "b9", "181", date(2022, 1, 1)) == (None, None, "source_missing", None)


def test_the_new_count_is_counted(home: Path) -> None:
    assert value(home, "a7", "SO_TTTT", date(2022, 1, 1)) == (3, 4, "computed", False)


def test_the_new_source_is_counted_within_its_age(home: Path) -> None:
    # Of the four landed rows: Sở Y tế has one of two in force, Sở Nội vụ one of two; the test row never lands.
    assert value(home, "a8", "SO_YT", date(2022, 3, 1)) == (1, 2, "computed", False)
    assert value(home, "a8", "SO_NV", date(2022, 8, 1)) == (1, 2, "computed", False)
    assert value(home, "a8", "20", date(2022, 3, 1)) == (2, 4, "computed", False)
    assert value(home, "a8", "SO_NV", date(2022, 2, 1)) == (None, None, "source_missing", None)
    assert value(home, "a8", "SO_NV", date(2022, 9, 1)) == (None, None, "source_missing", None)
