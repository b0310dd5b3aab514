"""Inboxes on servers: a real SFTP server and a real S3 server, in their moods; zips; and the way into the door."""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from sandbox.sftp_server import PASSWORD, SftpServer
from sources.transports import sftp
from sources.transports.files import fetch, news
from sources.transports.inbox import InboxFailed, Look
from tests.inboxes import BIG, CONTENT, NAME, Clock, known_from, names, with_key, with_password
from tests.moods.catalogue import Failed, Mood, Recovered, Refused, Waits
from tests.moods.files import MOODS

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


def ended(answer: Look | InboxFailed) -> Recovered | Waits | Failed:
    """How a look ended, in the words of the list of moods."""
    if isinstance(answer, InboxFailed):
        return Failed(answer.cause, "")
    if answer.failed:
        return Failed(answer.failed[0].cause, "")
    return Recovered() if answer.fetched else Waits()


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
    if not isinstance(mood.outcome, Refused) and mood.en not in ("zip of several deliveries", "storage refuses the key")
]


@pytest.mark.parametrize("mood", LOOKS, ids=lambda mood: mood.code)
def test_each_mood_ends_as_the_list_says_and_tells_no_secret(
    mood: Mood, server: SftpServer, storage: Storage, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = in_mood(mood.en, server, storage, clock, tmp_path)
    assert ended(answer) == mood.outcome
    if isinstance(mood.outcome, Recovered):
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
    assert ended(answer) == Failed(cause, "")


def test_every_mood_of_the_list_is_shown_by_a_test() -> None:
    elsewhere = {"zip of several deliveries", "broken zip", "zip that points outside", "storage refuses the key"}
    assert {mood.en for mood in MOODS} == {mood.en for mood in LOOKS} | elsewhere
