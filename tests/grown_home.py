"""A copy of the project that grew: both pages about adding were followed, and a second directive came as data.

One run on files written by hand, on an SFTP server, then shows all of it: what was added is counted, and so is next
year beside this one.
"""

import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from sandbox.sftp_server import PASSWORD, serve
from sources.transports import sftp
from tests.conftest import ROOT
from tests.hand_written import KEY, write_dossiers, write_work_files
from tests.tree import Tree, copy_tree

NEW, OLD = "lang-son-2023", "lang-son-2022"
RENAMED = "Cách thức giải quyết"
"""What the e-office calls a column from 2023 on."""
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


def add_directive_of_2023(tree: Tree) -> None:
    """The new year as data: the directive, its targets (a2 at 95 %, mixed files now online), its scoring."""
    directives = tree.document("indicators/directive.yml")
    clause = next(item for item in directives[OLD]["clauses"] if item["clause"] == "II.1.a.2")
    new = {
        **directives[OLD],
        "label": {"vi": "Chỉ thị giả định năm 2023", "en": "An assumed directive of 2023"},
        "year": 2023, "starts": "2023-01-01", "ends": "2023-12-31", "review": "2024-01",
        "exemptions": [{**directives[OLD]["exemptions"][0], "indicators": ["a2"]}],
        "clauses": [{**clause, "clause": "II.2.a"}],
    }  # fmt: skip
    tree.write(
        "indicators/directive.yml", yaml.safe_dump({**directives, NEW: new}, allow_unicode=True, sort_keys=False)
    )
    indicator = tree.document("indicators/a2.yml")
    indicator["definitions"]["headline"]["directives"] = {NEW: {"numerator": "work_files_closed_online_or_mixed"}}
    target = {"directive": NEW, "clause": "II.2.a", "definition": "headline", "comparator": ">=", "value": "95/100"}
    indicator["targets"].append({**target, "source": "giả định"})
    tree.write("indicators/a2.yml", yaml.safe_dump(indicator, allow_unicode=True, sort_keys=False))
    scoring = tree.document("indicators/scoring.yml")
    scoring[NEW] = {**scoring[OLD], "weights": {"departments": {"a2": 1}}}
    tree.write("indicators/scoring.yml", yaml.safe_dump(scoring, allow_unicode=True, sort_keys=False))


def add_dated_block(tree: Tree) -> None:
    """The e-office names a column otherwise from 2023 on."""
    tree.replace(
        "sources/e_office/source.yml",
        "    ignore: [so_van_ban_den,",
        f"    changes:\n      - {{from: 2023-01-01, columns: {{hinh_thuc_xu_ly: [{RENAMED}]}}}}\n"
        "    ignore: [so_van_ban_den,",
    )


def write_inbox(inbox: Path, certificates: Path) -> None:
    """Deliveries of January 2022 and 2023, one of the new source, and one that uses next year's column too early."""
    office = inbox / "e_office"
    # Three of the four were closed within 30 days of being opened, two of the four online.
    january = [("04/01/2022", "điện tử"), ("03/01/2022", "điện tử"), ("01/12/2021", "hỗn hợp"), ("30/12/2021", "giay")]
    write_work_files(office / "so_SO_TTTT_202201.html", "01/2022", january, "20/01/2022")
    later = {"Hình thức xử lý": RENAMED}
    forms = ("điện tử", "hỗn hợp", "hỗn hợp", "giấy", "giấy")
    write_work_files(
        office / "so_SO_TTTT_202301.html", "01/2023", [("04/01/2023", form) for form in forms], "14/01/2023", later
    )
    early = [("04/03/2022", "điện tử")]
    write_work_files(office / "so_SO_TTTT_202203.html", "03/2022", early, "14/03/2022", later)
    write_dossiers(inbox / "online_public_services/ho_so_183_202201.json", "UBND xã Hồng Phong")
    (inbox / "digital_certificates").mkdir()
    shutil.copy(certificates, inbox / "digital_certificates/ds_20220331.csv")


def make_grown(folder: Path) -> None:
    """Follow the pages, add the year, run; what the commands said is kept in `said.json`."""
    tree = copy_tree(folder)
    follow(tree, "adding-an-indicator.md")
    follow(tree, "adding-a-source.md")
    add_directive_of_2023(tree)
    add_dated_block(tree)
    catalogue = tree.run(sys.executable, "-m", "sources.catalogue")
    assert catalogue.returncode == 0, catalogue.stdout + catalogue.stderr
    tree.prepare()
    certificates = tree.path("sources/digital_certificates/fixtures/clean_20220331.csv")
    checked = tree.langson("check", "digital_certificates", "--json", certificates, env=KEY)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with serve(folder / "server") as server:
        write_inbox(server.root / "inbox", certificates)
        settings = {
            **KEY,
            sftp.KNOWN_HOSTS: str(server.known_hosts),
            sftp.PASSWORD: PASSWORD,
            "LANGSON_INBOX_SETTLE_SECONDS": "0",
        }
        done = tree.langson("run", "--inbox", server.address, "--home", folder / "home", env=settings)
    assert done.returncode == 3, done.stdout + done.stderr
    said = {"check": checked.stdout, "run": done.stdout, "errors": done.stderr}
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
