"""Zips of several deliveries, and the way from an inbox through the door."""

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.intake import Notes, take_in
from sandbox.sftp_server import SftpServer
from sources.door.intake import find_arrivals
from sources.door.personal import KEY_VARIABLE
from sources.door.reading import Arrival
from sources.door.receipts import read_receipts
from sources.transports.archives import BrokenArchive, is_archive, open_archive
from sources.transports.inbox import Options
from tests.inboxes import BIG, CONTENT, JUNE, NAME, Clock, with_key, with_password

# --- archives -----------------------------------------------------------------------------------------------------


def packed(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return buffer.getvalue()


TWO = {"Tháng 5/UngDung_20220531.csv": CONTENT, "UngDung_20220630.csv": JUNE, "__MACOSX/._a.csv": b"x"}


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_the_members_of_an_archive_come_out_with_their_names_and_its_time(tmp_path: Path) -> None:
    archive = written(tmp_path / "a.zip", packed(TWO))
    os.utime(archive, (1_650_000_000, 1_650_000_000))
    members = open_archive(archive, tmp_path / "out")
    assert [str(path.relative_to(tmp_path / "out")) for path in members] == [
        "Tháng 5/UngDung_20220531.csv", "UngDung_20220630.csv",
    ]  # fmt: skip
    assert {path.stat().st_mtime for path in members} == {1_650_000_000}


def test_what_a_contract_reads_or_an_office_program_wrote_is_not_opened(tmp_path: Path) -> None:
    zipped = written(tmp_path / "a.zip", packed({"a.xml": b"<a/>"}))
    book = written(tmp_path / "b.zip", packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""}))
    sheet = written(tmp_path / "c.xlsx", packed({"a.csv": b""}))
    assert (is_archive("e_invoices", zipped), is_archive("citizen_app", zipped)) == (False, True)
    assert (is_archive("citizen_app", book), is_archive("citizen_app", sheet)) == (False, False)


def hostile(kind: str) -> bytes:
    whole = packed(TWO)
    match kind:
        case "cut short":
            return whole[: len(whole) // 2]
        case "wrong bytes":
            return whole.replace(whole[60:70], b"\0" * 10)
        case "outside":
            return packed({"../../a.csv": CONTENT})
        case "outside, the other way":
            return packed({"..\\..\\a.csv": CONTENT})
        case "absolute":
            return packed({"/etc/a.csv": CONTENT})
        case "bomb":
            return packed({"a.csv": b"0" * 30_000_000})
        case "file and folder":
            return packed({"a.csv": b"1", "a.csv/b.csv": b"2"})
        case "endless name":
            return packed({"a" * 300 + ".csv": b"1"})
        case _:
            return packed({"__MACOSX/._a.csv": b"x"})


@pytest.mark.parametrize(
    "kind",
    ["cut short", "wrong bytes", "outside", "outside, the other way", "absolute", "bomb", "file and folder",
     "endless name", "empty"],
)  # fmt: skip
def test_a_broken_or_hostile_archive_is_not_opened_and_says_why(kind: str, tmp_path: Path) -> None:
    archive = written(tmp_path / "a.zip", hostile(kind))
    with pytest.raises(BrokenArchive, match=r" \| "):
        open_archive(archive, tmp_path / "deep" / "out")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [archive]


# --- into the door ------------------------------------------------------------------------------------------------


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home for real deliveries with a key and no decisions."""
    monkeypatch.setenv(KEY_VARIABLE, "0a" * 32)
    monkeypatch.setenv("LANGSON_DECISIONS", str(tmp_path / "decisions"))
    return Home(tmp_path / "home")


def test_an_sftp_inbox_goes_through_the_door_once(
    server: SftpServer, real: Home, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    for name, value in with_key(server).items():
        monkeypatch.setenv(name, value)
    path = server.put(NAME, CONTENT)
    os.utime(path, (1_650_000_000, 1_650_000_000))
    server.put("citizen_app/thang_6.zip", packed({"UngDung_20220630.csv": JUNE}))
    server.put("citizen_app/hong.zip", hostile("cut short"))
    server.put("citizen_app/ngoai.zip", hostile("outside"))
    taken = take_in(real, server.address, options=clock.options())
    assert {one.file_name: one.outcome for one in taken} == {
        "UngDung_20220531.csv": "accepted",
        "UngDung_20220630.csv": "accepted",
        "hong.zip": "refused",
        "ngoai.zip": "refused",
    }
    assert all(" | " in one.reason for one in taken if one.outcome == "refused")
    entry = json.loads(real.ledger.read_text())[f"citizen_app:sftp://127.0.0.1:{server.port}/inbox/{NAME}"]
    assert (entry["from"], entry["modified"]) == (
        f"sftp://127.0.0.1:{server.port}/inbox/{NAME}", "2022-04-15T12:20:00",
    )  # fmt: skip
    server.reads = 0
    assert take_in(real, server.address, options=clock.options()) == []
    assert server.reads == 0, "what is known is not even read again"
    path.write_bytes(CONTENT.replace(b",40,", b",41,"))
    [again] = take_in(real, server.address, options=clock.options())
    assert (again.file_name, again.outcome) == ("UngDung_20220531.csv", "accepted")


def test_a_run_killed_before_its_ledger_takes_nothing_twice(
    server: SftpServer, real: Home, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    for name, value in with_key(server).items():
        monkeypatch.setenv(name, value)
    server.put(NAME, CONTENT)
    server.put("citizen_app/thang_6.zip", packed({"UngDung_20220630.csv": JUNE}))
    assert len(take_in(real, server.address, options=clock.options())) == 2
    real.ledger.unlink()
    assert take_in(real, server.address, options=clock.options()) == []
    assert len(read_receipts(real.root)) == 2


def test_a_contract_that_was_fixed_reads_the_server_s_file_again(
    server: SftpServer, real: Home, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    for name, value in with_key(server).items():
        monkeypatch.setenv(name, value)
    server.put("citizen_app/hai.zip", packed({"UngDung_20220531.csv": CONTENT}))
    [first] = take_in(real, server.address, options=clock.options())
    monkeypatch.setattr("pipelines.intake._current_contract", lambda receipt: False)
    server.reads = 0
    take_in(real, server.address, options=clock.options())
    assert (server.reads > 0, first.outcome) == (True, "accepted")


def test_what_waits_or_fails_is_told_and_the_rest_is_taken(
    server: SftpServer, real: Home, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    for name, value in with_password(server).items():
        monkeypatch.setenv(name, value)
    young = server.put("citizen_app/UngDung_20220430.csv", CONTENT.replace(b"31/05", b"30/04"))
    os.utime(young, (clock.now, clock.now))
    server.put("citizen_app/Z_20220731.csv", BIG)
    server.put(NAME, CONTENT)
    server.losses = 1_000_000
    notes = Notes()
    [taken] = take_in(real, server.address, notes=notes, options=clock.options(settle=30))
    assert taken.file_name == "UngDung_20220531.csv"
    assert ([one.rpartition("/")[2] for one in notes.waiting], len(notes.failed)) == (["UngDung_20220430.csv"], 1)
    server.losses, clock.now = 0, clock.now + 60
    later = take_in(real, server.address, options=clock.options(settle=30))
    assert {one.file_name for one in later} == {"UngDung_20220430.csv", "Z_20220731.csv"}
    assert not [place for place in json.loads(real.ledger.read_text()) if place.startswith("waiting ")]


def test_a_folder_of_this_machine_has_its_archives_opened_and_its_half_written_files_left(
    real: Home, tmp_path: Path, clock: Clock
) -> None:
    inbox = tmp_path / "inbox"
    archive = written(inbox / "citizen_app/a.zip", packed(TWO))
    for name in (".an.csv", "~$khoa.xlsx", "a.csv.part", "b.tmp", ".dang_tai/c.csv"):
        written(inbox / "citizen_app" / name, CONTENT)
    assert [arrival.path for arrival in find_arrivals(inbox)] == [archive]
    young = Options(settle_seconds=30, clock=lambda: archive.stat().st_mtime + 1)
    notes = Notes()
    assert (take_in(real, inbox, notes=notes, options=young), notes.waiting) == ([], ["citizen_app:citizen_app/a.zip"])
    before = archive.stat()
    taken = take_in(real, f"file://{inbox}", options=clock.options(settle=30))
    assert sorted(one.file_name for one in taken) == ["UngDung_20220531.csv", "UngDung_20220630.csv"]
    assert take_in(real, inbox, options=clock.options(settle=30)) == []
    assert archive.stat().st_mtime_ns == before.st_mtime_ns


def test_a_local_file_that_is_written_to_while_it_is_read_waits(
    real: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "inbox" / NAME, CONTENT)

    def while_growing(one: Path) -> str:
        with one.open("ab") as handle:
            handle.write(b"more\n")
        return "0" * 64

    with monkeypatch.context() as during:
        during.setattr("pipelines.intake.sha256_of", while_growing)
        assert take_in(real, tmp_path / "inbox") == []
    path.write_bytes(CONTENT)
    assert len(take_in(real, tmp_path / "inbox")) == 1


def test_an_arrival_has_no_fault_unless_one_was_found(tmp_path: Path) -> None:
    assert Arrival(tmp_path, "citizen_app").fault == ""
