"""Inboxes on servers: a real SFTP server and a real S3 server, in their moods; zips; and the way into the door."""

import io
import json
import logging
import os
import socket
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import pytest

from pipelines.home import Home
from pipelines.intake import Notes, take_in
from sources.door.intake import Arrival, find_arrivals
from sources.door.personal import KEY_VARIABLE
from sources.door.receipts import read_receipts
from sources.transports import sftp
from sources.transports.archives import BrokenArchive, is_archive, open_archive
from sources.transports.files import fetch, news
from sources.transports.inbox import InboxFailed, Look, Options, Seen
from tests.conftest import ROOT
from tests.moods.files import MOODS, Mood
from tests.sftp_server import PASSWORD, SftpServer, serve

CONTENT = (ROOT / "sources/citizen_app/fixtures/clean_20220531.csv").read_bytes()
JUNE = CONTENT.replace(b"31/05", b"30/06")
NAME = "citizen_app/UngDung_20220531.csv"
BIG = CONTENT.ljust(300_000, b"\n")
"""More than one read of the protocol, so that a connection can be lost in the middle."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    with serve(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture
def server(running: SftpServer, tmp_path: Path) -> SftpServer:
    """The server in a good mood and with an empty folder."""
    import shutil

    shutil.rmtree(running.root / "inbox", ignore_errors=True)
    (running.root / "inbox").mkdir()
    running.losses, running.reads, running.grow = 0, 0, None
    running.opened_for_writing.clear()
    running.trust()
    return running


@dataclass
class Clock:
    """A clock that stands until it is moved, and pauses that only count."""

    now: float
    pauses: list[float] = field(default_factory=list)

    def options(self, settle: float = 0, attempts: int = 3) -> Options:
        return Options(settle, attempts, 10, self.pauses.append, lambda: self.now)


@pytest.fixture
def clock() -> Clock:
    import time

    return Clock(time.time() + 3600)


def with_password(server: SftpServer, password: str = PASSWORD) -> dict[str, str]:
    return {sftp.KNOWN_HOSTS: str(server.known_hosts), sftp.PASSWORD: password}


def with_key(server: SftpServer) -> dict[str, str]:
    return {sftp.KNOWN_HOSTS: str(server.known_hosts), sftp.KEY_FILE: str(server.key_file)}


def names(look: Look, folder: Path) -> list[str]:
    return sorted(str(one.path.relative_to(folder)) for one in look.fetched)


def known_from(look: Look) -> dict[str, Seen]:
    return {one.place: Seen(one.mark) for one in look.fetched} | dict(look.waiting)


# --- SFTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", [with_password, with_key])
def test_new_files_are_copied_whole_and_stay_as_they_were(
    server: SftpServer, clock: Clock, tmp_path: Path, login: Callable[[SftpServer], Mapping[str, str]]
) -> None:
    own = server.put(NAME, BIG)
    server.put("citizen_app/2022/UngDung_20220630.csv", CONTENT)
    server.put("readme.txt", b"beside the folders")
    os.utime(own, (1_650_000_000, 1_650_000_000))
    before = own.stat()
    seen = news(server.address, login(server), {}, clock.options())
    look = fetch(server.address, login(server), {}, tmp_path, None, clock.options())
    assert names(look, tmp_path) == ["citizen_app/2022/UngDung_20220630.csv", NAME]
    copy = tmp_path / NAME
    assert (copy.read_bytes(), copy.stat().st_mtime) == (BIG, 1_650_000_000)
    assert {one.place for one in look.fetched} == {
        f"sftp://127.0.0.1:{server.port}/inbox/{name}" for name in names(look, tmp_path)
    }
    after = own.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_ino) == (before.st_mtime_ns, before.st_size, before.st_ino)
    assert server.opened_for_writing == []
    assert seen == {one.place: one.mark for one in look.fetched}
    assert news(server.address, login(server), known_from(look), clock.options()) == {}
    again = fetch(server.address, login(server), known_from(look), tmp_path / "again", None, clock.options())
    assert (again.fetched, dict(again.waiting), again.failed) == ((), {}, ())


def test_only_the_asked_source_is_fetched(server: SftpServer, clock: Clock, tmp_path: Path) -> None:
    server.put(NAME, CONTENT)
    server.put("e_office/a.xlsx", b"x")
    look = fetch(server.address, with_password(server), {}, tmp_path, "citizen_app", clock.options())
    assert names(look, tmp_path) == [NAME]


def test_a_young_file_waits_and_is_taken_when_it_was_left_alone(
    server: SftpServer, clock: Clock, tmp_path: Path
) -> None:
    path = server.put(NAME, CONTENT)
    clock.now = path.stat().st_mtime + 5
    first = fetch(server.address, with_password(server), {}, tmp_path, None, clock.options(settle=30))
    assert (first.fetched, len(first.waiting)) == ((), 1)
    with path.open("ab") as handle:
        handle.write(b"more\n")
    os.utime(path, (clock.now + 20, clock.now + 20))
    clock.now += 31
    second = fetch(server.address, with_password(server), known_from(first), tmp_path, None, clock.options(settle=30))
    assert second.fetched == (), "it was written to since, so it waits anew"
    clock.now += 31
    third = fetch(server.address, with_password(server), known_from(second), tmp_path, None, clock.options(settle=30))
    assert (tmp_path / NAME).read_bytes() == path.read_bytes()
    assert len(third.fetched) == 1


def test_a_server_whose_clock_is_ahead_still_delivers(server: SftpServer, clock: Clock, tmp_path: Path) -> None:
    ahead, older = server.put(NAME, CONTENT), server.put("citizen_app/UngDung_20220430.csv", CONTENT)
    os.utime(ahead, (clock.now + 900, clock.now + 900))
    os.utime(older, (clock.now + 840, clock.now + 840))
    first = fetch(server.address, with_password(server), {}, tmp_path, None, clock.options(settle=30))
    assert names(first, tmp_path) == ["citizen_app/UngDung_20220430.csv"], "by the server's clock it is a minute old"
    clock.now += 31
    second = fetch(server.address, with_password(server), known_from(first), tmp_path, None, clock.options(settle=30))
    assert names(second, tmp_path) == [NAME], "it looked the same for half a minute of ours"


# --- S3 -----------------------------------------------------------------------------------------------------------


@dataclass
class Storage:
    """A bucket of a real S3 server and how to reach it."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LANGSON_INBOX_S3_ENDPOINT": self.endpoint,
            "LANGSON_INBOX_S3_KEY": "testing",
            "LANGSON_INBOX_S3_SECRET": "testing-secret-canary",
        }

    def put(self, name: str, data: bytes) -> None:
        import boto3

        client = boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id="testing", aws_secret_access_key="testing",
        )  # fmt: skip
        client.create_bucket(Bucket="so-lieu")
        client.put_object(Bucket="so-lieu", Key=name, Body=data)


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer("127.0.0.1", port=0)
    moto.start()
    _, port = moto.get_host_and_port()
    yield Storage(f"http://127.0.0.1:{port}")
    moto.stop()


def test_an_inbox_in_object_storage_is_fetched_and_known_again(storage: Storage, clock: Clock, tmp_path: Path) -> None:
    import time

    clock.now = time.time()  # an object is whole as soon as it is there: nothing waits
    storage.put(f"inbox/{NAME}", BIG)
    address = "s3://so-lieu/inbox"
    look = fetch(address, storage.environment, {}, tmp_path, None, clock.options(settle=30))
    assert (names(look, tmp_path), (tmp_path / NAME).read_bytes()) == ([NAME], BIG)
    assert look.fetched[0].place == f"s3://so-lieu/inbox/{NAME}"
    again = fetch(address, storage.environment, known_from(look), tmp_path, None, clock.options())
    assert again.fetched == ()
    storage.put(f"inbox/{NAME}", BIG.replace(b"183", b"182"))
    changed = fetch(address, storage.environment, known_from(look), tmp_path / "b", None, clock.options())
    assert names(changed, tmp_path / "b") == [NAME], "the same name and size within a second, other bytes"


# --- moods --------------------------------------------------------------------------------------------------------


def told(answer: Look | InboxFailed) -> tuple[str, str]:
    """How a look ended, in the words of the list of moods."""
    if isinstance(answer, InboxFailed):
        return "alerted", answer.cause
    if answer.failed:
        return "alerted", answer.failed[0].cause
    return ("recovered" if answer.fetched else "waits"), ""


def look_at(
    address: str, environment: Mapping[str, str], folder: Path, clock: Clock, settle: float = 0
) -> Look | InboxFailed:
    try:
        return fetch(address, environment, {}, folder, None, clock.options(settle))
    except InboxFailed as error:
        return error


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def in_mood(mood: str, server: SftpServer, storage: Storage, clock: Clock, folder: Path) -> Look | InboxFailed:
    """One look at an inbox in a mood of the list."""
    path, address, environment, settle = server.put(NAME, BIG), server.address, with_password(server), 0.0
    match mood:
        case "server down":
            address = address.replace(str(server.port), str(closed_port()))
        case "wrong password":
            environment = with_password(server, "sai-canary-3K")
        case "unknown host key":
            server.known_hosts.write_text("")
        case "changed host key":
            server.trust(asyncssh.generate_private_key("ssh-ed25519"))
        case "no password set":
            del environment[sftp.PASSWORD]
        case "password in the address":
            address = address.replace("@", f":{PASSWORD}@")
        case "no such folder":
            address += "/khong-co"
        case "folder of no source":
            server.put("nguon_la/a.csv", b"a")
        case "connection lost mid-file once":
            server.losses = 1
        case "connection lost mid-file always":
            server.losses = 1_000_000
        case "file grows between looks":
            server.grow = path
        case "file just written":
            clock.now, settle = path.stat().st_mtime + 1, 30.0
        case "half-uploaded temporary name":
            path.rename(path.with_name(path.name + ".filepart"))
        case "same name, new bytes":
            fetch(address, environment, {}, folder / "before", None, clock.options())
            path.write_bytes(CONTENT)
        case "storage down":
            address, environment = "s3://so-lieu/inbox", storage.environment
            environment["LANGSON_INBOX_S3_ENDPOINT"] = f"http://127.0.0.1:{closed_port()}"
        case "no such bucket":
            address, environment = "s3://khong-co/inbox", storage.environment
    return look_at(address, environment, folder, clock, settle)


LOOKS = [
    mood
    for mood in MOODS
    if mood.outcome != "refused" and mood.name_en not in ("zip of several deliveries", "storage refuses the key")
]


@pytest.mark.parametrize("mood", LOOKS, ids=lambda mood: mood.name_en)
def test_each_mood_ends_as_the_list_says_and_tells_no_secret(
    mood: Mood, server: SftpServer, storage: Storage, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = in_mood(mood.name_en, server, storage, clock, tmp_path)
    assert told(answer) == (mood.outcome, mood.cause)
    if mood.outcome == "recovered":
        assert (tmp_path / NAME).read_bytes() == (server.root / "inbox" / NAME).read_bytes()
    else:
        assert not [path for path in tmp_path.rglob("*.csv*") if path.is_file()], "nothing half is kept"
    failures = [answer] if isinstance(answer, InboxFailed) else list(answer.failed)
    said = caplog.text + "".join(map(str, failures))
    assert "canary" not in said
    assert all(" | " in str(failure) for failure in failures)


def test_a_wrong_password_is_not_tried_again(server: SftpServer, clock: Clock, tmp_path: Path) -> None:
    look_at(server.address, with_password(server, "wrong"), tmp_path, clock)
    assert clock.pauses == []


def test_pauses_grow_between_attempts(clock: Clock, tmp_path: Path, server: SftpServer) -> None:
    address = server.address.replace(str(server.port), str(closed_port()))
    with pytest.raises(InboxFailed):
        fetch(address, with_password(server), {}, tmp_path, None, clock.options(attempts=4))
    assert len(clock.pauses) == 3
    assert clock.pauses == sorted(clock.pauses)


def test_one_file_that_breaks_the_line_does_not_keep_the_others_back(
    server: SftpServer, clock: Clock, tmp_path: Path
) -> None:
    server.put("citizen_app/A_20220430.csv", BIG)
    server.put(NAME, CONTENT)
    server.losses = 3
    look = fetch(server.address, with_password(server), {}, tmp_path, None, clock.options(attempts=3))
    assert (names(look, tmp_path), [one.cause for one in look.failed]) == ([NAME], ["incomplete"])


@pytest.mark.parametrize(
    ("status", "cause"), [(403, "login_refused"), (503, "unreachable"), (400, "rejected")], ids=str
)
def test_what_the_storage_answers_is_told_apart(status: int, cause: str, clock: Clock, tmp_path: Path) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    code = {403: "InvalidAccessKeyId", 503: "SlowDown", 400: "InvalidRequest"}[status]

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            return

    refusing = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=refusing.serve_forever, daemon=True).start()
    answer = look_at(
        "s3://so-lieu/inbox", Storage(f"http://127.0.0.1:{refusing.server_port}").environment, tmp_path, clock
    )
    refusing.shutdown()
    refusing.server_close()
    assert told(answer) == ("alerted", cause)


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


def test_every_mood_of_the_list_is_shown_by_a_test() -> None:
    elsewhere = {"zip of several deliveries", "broken zip", "zip that points outside", "storage refuses the key"}
    assert {mood.name_en for mood in MOODS} == {mood.name_en for mood in LOOKS} | elsewhere
