"""Windows fetched from a real HTTP server on loopback, in every mood it has; nothing waits, nothing is believed."""

import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from sandbox.http_moods import Mood as Stumble
from sandbox.http_platforms import PLATFORMS
from sandbox.http_server import SandboxServer
from sources.contract import load_contract
from sources.door.inspect import inspect
from sources.door.window import Window
from sources.transports.base import Pulled, PullFailed
from sources.transports.model import RestPull
from sources.transports.rest import RestSession, pull_rest
from tests.moods.catalogue import Failed, Recovered
from tests.moods.rest import MOODS, RestMood, ask_of, content_of, pull_of, records_of, write_home

SOURCES = tuple(PLATFORMS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    home = tmp_path_factory.mktemp("served")
    write_home(home, {source: content_of(source, records_of(source)) for source in SOURCES})
    with SandboxServer(home) as running:
        yield running


class Waits(list[float]):
    """Stands in for sleeping: what would have been waited, nothing of it waited."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def pulled(
    server: SandboxServer,
    folder: Path,
    source: str = "border_gate",
    how: RestPull | None = None,
    waits: Waits | None = None,
    **environment: str,
) -> Pulled:
    folder.mkdir(exist_ok=True)
    known = server.environment() | environment
    with RestSession(how or pull_of(source), known, waits if waits is not None else Waits()) as session:
        return session.pull(ask_of(source), folder)


@pytest.fixture(scope="module")
def good_days(server: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What each platform's window is when nothing goes wrong."""
    server.set_moods()
    folder = tmp_path_factory.mktemp("good")
    return {source: pulled(server, folder, source).path.read_bytes() for source in SOURCES}


@pytest.mark.parametrize("mood", [pytest.param(mood, id=mood.code) for mood in MOODS])
def test_a_mood_has_its_stated_outcome(
    server: SandboxServer, good_days: dict[str, bytes], tmp_path: Path, mood: RestMood
) -> None:
    server.set_moods(*mood.stumbles)
    how = pull_of(mood.source)
    if any(stumble.kind == "stall" for stumble in mood.stumbles):
        how = how.model_copy(update={"timeout_seconds": 0.2})
    password = {f"LANGSON_{mood.source.upper()}_PASSWORD": "khác"} if mood.is_wrong_password else {}
    folder = tmp_path / "bad"
    match mood.outcome:
        case Recovered(note):
            found = pulled(server, folder, mood.source, how, **password)
            assert found.path.read_bytes() == good_days[mood.source]
            assert found.rows == 25
            assert note in " ; ".join(found.notes)
            assert [path.name for path in folder.iterdir()] == [found.path.name]
        case Failed(cause, told):
            with pytest.raises(PullFailed) as failure:
                pulled(server, folder, mood.source, how, **password)
            assert failure.value.cause == cause
            assert told in str(failure.value)
            assert list(folder.iterdir()) == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_window_is_all_its_pages_in_the_order_of_keys(server: SandboxServer, tmp_path: Path, source: str) -> None:
    server.set_moods()
    before = server.requests
    found = pulled(server, tmp_path, source)
    assert (found.rows, found.notes, server.requests - before) == (25, (), 1 + found.requests - 1)
    assert found.requests == 4, "a login and three pages"
    data = json.loads(found.path.read_text(encoding="utf-8"))["data"]
    rows = data["listData"] if source == "border_gate" else data
    expected = [{**row, **({"weight": "12500.5"} if "weight" in row else {})} for row in records_of(source)]
    assert rows == expected


def test_the_same_rows_make_the_same_bytes_whatever_page_they_come_on(server: SandboxServer, tmp_path: Path) -> None:
    server.set_moods()
    how = pull_of("border_gate")
    other = how.model_copy(update={"paging": how.paging.model_copy(update={"size": 7})})
    first = pulled(server, tmp_path / "a", how=how).path.read_bytes()
    assert pulled(server, tmp_path / "b", how=other).path.read_bytes() == first
    home = tmp_path / "home"
    write_home(home, {"border_gate": content_of("border_gate", records_of("border_gate")[::-1])})
    with SandboxServer(home) as turned:
        assert pulled(turned, tmp_path / "c").path.read_bytes() == first


def test_the_door_reads_what_was_fetched_as_it_reads_the_platforms_own_file(tmp_path: Path) -> None:
    for source in ("border_gate", "citizen_app"):
        contract = load_contract(Path("sources") / source / "source.yml")
        assert [layout for dataset in contract.datasets.values() if dataset.pull for layout in dataset.deliveries]
    home = tmp_path / "home"
    write_home(home, {source: content_of(source, records_of(source)) for source in ("border_gate", "citizen_app")})
    rows = [row | {"so_tai_khoan_dang_ky": "1.234", "so_tai_khoan_kich_hoat": 9, "so_hoat_dong_30_ngay": 0}
            for row in records_of("citizen_app")]  # fmt: skip
    (home / "served/citizen_app/answer.json").write_text(json.dumps({"data": rows}), encoding="utf-8")
    lines = [{"id": "00000001-0000-4000-8000-000000000001", "companyTaxCode": ""}]
    declarations = [row | {"registrationTransportGoods": lines} for row in records_of("border_gate")]
    (home / "served/border_gate/answer.json").write_text(
        json.dumps({"data": {"listData": declarations}}), encoding="utf-8"
    )
    with SandboxServer(home) as server:
        app, gate = (inspect(name, pulled(server, tmp_path, name).path) for name in ("citizen_app", "border_gate"))
    assert (app.refusal, app.dataset, app.rows_landed) == ("", "accounts", 25)
    assert (app.window_start, app.window_end) == ("2022-05-31", "2022-05-31")
    assert (gate.refusal, gate.dataset, gate.rows_read) == ("", "platform_declarations", 50)
    assert (gate.window_start, gate.window_end, gate.rejects) == ("2022-03-01", "2022-03-31", [])


def test_an_empty_window_is_believed_when_the_server_counts_none(tmp_path: Path) -> None:
    write_home(tmp_path / "home", {source: content_of(source, []) for source in SOURCES})
    with SandboxServer(tmp_path / "home") as server:
        for source in SOURCES:
            found = pulled(server, tmp_path, source)
            assert found.rows == 0
    assert inspect("border_gate", next(tmp_path.glob("cuakhauso*.json"))).refusal == ""


def bare(records: list[dict[str, object]]) -> dict[str, object]:
    """The envelope that counts nothing."""
    return {"data": records}


def test_where_nothing_is_counted_a_window_is_read_twice(tmp_path: Path) -> None:
    write_home(tmp_path / "home", {"border_gate": bare(records_of("border_gate"))})
    with SandboxServer(tmp_path / "home") as server:
        found = pulled(server, tmp_path)
        assert (found.rows, found.requests) == (25, 1 + 2 * 5)
        assert "đã đọc hai lần giống nhau" in found.notes[-1]
        server.set_moods(Stumble("empty_page", 3), Stumble("empty_page", 4))
        with pytest.raises(PullFailed, match="hai lần đọc không giống nhau"):
            pulled(server, tmp_path)
        server.set_moods(Stumble("shifted_page", 2, None))
        with pytest.raises(PullFailed, match="lặp lại ở trang sau"):
            pulled(server, tmp_path)


def test_one_record_in_two_versions_is_kept_twice(server: SandboxServer, tmp_path: Path) -> None:
    server.set_moods(Stumble("changed_record", 2))
    found = pulled(server, tmp_path)
    assert found.rows == 26
    assert "1 bản ghi có hai nội dung, giữ cả" in " ".join(found.notes)
    rows = json.loads(found.path.read_text(encoding="utf-8"))["data"]["listData"]
    assert [row["numberOfDeclaration"][-2:] for row in rows[9:11]] == ["09", "09"]


def test_retry_after_is_waited_in_seconds_and_to_a_moment_of_the_servers_clock(
    server: SandboxServer, tmp_path: Path
) -> None:
    waits = Waits()
    server.set_moods(Stumble("unavailable", 1, 1, retry_after="7"))
    pulled(server, tmp_path, waits=waits)
    assert 7.0 in waits
    waits.clear()
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.set_moods(Stumble("unavailable", 1, 1, retry_after=moment))
    pulled(server, tmp_path, waits=waits)
    assert [wait for wait in waits if 80 <= wait <= 95]


def test_waits_grow_and_differ_by_chance(server: SandboxServer, tmp_path: Path) -> None:
    waits = Waits()
    server.set_moods(Stumble("server_error", 1, None))
    with pytest.raises(PullFailed):
        pulled(server, tmp_path, waits=waits)
    long = [wait for wait in waits if wait > 0.1]
    assert len(long) == 5
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(long))
    assert len(set(long)) == 5


def test_requests_keep_their_pace(server: SandboxServer, tmp_path: Path) -> None:
    server.set_moods()
    waits = Waits()
    ticks = iter(range(10_000))
    how = pull_of("border_gate").model_copy(update={"requests_per_second": 0.01})
    with RestSession(how, server.environment(), waits, clock=lambda: next(ticks)) as session:
        session.pull(ask_of("border_gate"), tmp_path)
    assert len(waits) == 3, "every request but the first waits"
    assert all(wait > 80 for wait in waits)


def test_one_login_serves_several_windows_and_is_renewed_before_it_ends(server: SandboxServer, tmp_path: Path) -> None:
    server.set_moods()
    now = 0.0
    logins = server.logins
    with RestSession(pull_of("border_gate"), server.environment(), Waits(), clock=lambda: now) as session:
        for moment, count in ((0, 1), (500, 1), (575, 2), (1140, 2), (1150, 3)):
            now = float(moment)
            session.pull(ask_of("border_gate"), tmp_path)
            assert server.logins - logins == count, moment


def test_what_is_not_configured_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    how, ask = pull_of("border_gate"), ask_of("border_gate")
    whole = {f"LANGSON_BORDER_GATE_{name}": "x" for name in ("USER", "PASSWORD")}
    for environment, told in (
        (whole, "LANGSON_BORDER_GATE_URL is not set"),
        ({"LANGSON_BORDER_GATE_URL": "http://127.0.0.1:1", "LANGSON_BORDER_GATE_USER": "x"}, "PASSWORD is not set"),
        (whole | {"LANGSON_BORDER_GATE_URL": "http://u:secret@h/"}, "without user, password"),
        (whole | {"LANGSON_BORDER_GATE_URL": "http://h/?token=secret"}, "without user, password"),
        (whole | {"LANGSON_BORDER_GATE_URL": "file:///etc"}, "http(s)://"),
    ):
        with pytest.raises(PullFailed) as failure:
            pull_rest(ask, how, environment, tmp_path)
        assert failure.value.cause == "not_configured"
        assert told in str(failure.value) and "secret" not in str(failure.value)


def test_a_server_that_is_not_there_is_unreachable(server: SandboxServer, tmp_path: Path) -> None:
    with pytest.raises(PullFailed) as failure:
        pulled(server, tmp_path, LANGSON_BORDER_GATE_URL="http://127.0.0.1:1")
    assert failure.value.cause == "unreachable"


def test_the_server_answers_as_at_its_clock(server: SandboxServer, tmp_path: Path) -> None:
    server.set_moods()
    server.set_clock(datetime(2022, 6, 3, 8, 39))
    with pytest.raises(PullFailed) as failure:
        pulled(server, tmp_path)
    assert failure.value.cause == "rejected" and "404" in str(failure.value)
    server.set_clock(datetime(2022, 6, 3, 8, 40))
    assert pulled(server, tmp_path).rows == 25
    other = replace(ask_of("border_gate"), window=Window(date(2022, 3, 1), date(2022, 3, 30)))
    with RestSession(pull_of("border_gate"), server.environment(), Waits()) as session:
        with pytest.raises(PullFailed, match="404"):
            session.pull(other, tmp_path)
        assert session.pull(ask_of("border_gate"), tmp_path).rows == 25, "a session goes on after a failure"


def told_of(failure: BaseException) -> list[str]:
    """All that an error page could show of a failure and of what led to it: texts, and the values in hand."""
    texts = ["".join(traceback.format_exception(failure))]
    hidden: BaseException | None = failure
    while hidden is not None:
        texts += [str(hidden), repr(hidden)]
        for frame, _ in traceback.walk_tb(hidden.__traceback__):
            if "transports" in frame.f_code.co_filename:
                texts += [repr(value) for value in frame.f_locals.values()]
        hidden = hidden.__context__
    return texts


def test_no_secret_is_in_a_text_a_log_or_a_file(
    server: SandboxServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.set_moods()
    environment = server.environment()
    texts = [pulled(server, tmp_path / "good").path.read_text(encoding="utf-8")]
    kinds = {mood.stumbles[0].kind: mood for mood in MOODS if mood.stumbles and isinstance(mood.outcome, Failed)}
    for mood in kinds.values():
        server.set_moods(*mood.stumbles)
        how = pull_of(mood.source).model_copy(update={"timeout_seconds": 0.2, "attempts": 2})
        try:
            found = pulled(server, tmp_path / mood.code, mood.source, how)
        except PullFailed as failure:
            texts += told_of(failure)
        else:
            texts += [*found.notes, found.path.read_text(encoding="utf-8")]
    texts += [f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records]
    assert "httpx" in {record.name for record in caplog.records}
    secrets = [value for name, value in environment.items() if name.endswith(("_USER", "_PASSWORD"))]
    assert len(server.issued) > 10
    for secret in (*secrets, *server.issued):
        assert [text for text in texts if secret in text] == []
