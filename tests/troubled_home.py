"""A home of files written by hand, two of them refused: what an operator's own inbox looks like."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pipelines.home import Home
from pipelines.intake import take_in
from tests.conftest import ROOT, run_langson
from tests.hand_written import KEY, work_files, write_dossiers

GOOD, BAD = "e_office/so_SO_TTTT_202201.html", "e_office/so_SO_YT_202201.html"


@dataclass(frozen=True)
class Troubled:
    """The folder with `inbox` and `home`, and what the run said.

    Five good deliveries of three sources were taken in. Then the standing register was replaced by half of its forty
    rows, and another sender's came with a renamed column: the run refuses both.
    """

    folder: Path
    said: CompletedProcess[str]

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def home(self) -> Path:
        return self.folder / "home"


def make_troubled(folder: Path) -> None:
    """Take in, spoil, run, and keep what the run said."""
    inbox, home = folder / "inbox", folder / "home"
    work_files(inbox / GOOD, rows=40)
    write_dossiers(inbox / "online_public_services/ho_so_183_202201.json", "UBND thị trấn Đồng Đăng")
    (inbox / "e_invoices").mkdir()
    for name in ("clean_invoice_202203.xml", "clean_notice_202203.xml", "clean_register_20220331.csv"):
        shutil.copy(ROOT / "sources/e_invoices/fixtures" / name, inbox / "e_invoices")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEY.items():
            patch.setenv(name, value)
        take_in(Home(home), inbox)
    work_files(inbox / GOOD, rows=20)
    work_files(inbox / BAD, header="Mã số hồ sơ")
    said = run_langson("run", "--inbox", inbox, "--home", home, env=KEY)
    told = {"returncode": said.returncode, "stdout": said.stdout, "stderr": said.stderr}
    (folder / "said.json").write_text(json.dumps(told), encoding="utf-8")


def troubled_in(folder: Path) -> Troubled:
    """What `make_troubled` made there."""
    told = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    return Troubled(folder, CompletedProcess([], told["returncode"], told["stdout"], told["stderr"]))
