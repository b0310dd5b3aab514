"""A window of a REST interface, all its pages, as one JSON delivery: whole, or not at all.

The same rows make the same bytes, whatever pages they came on, so that the door sees an unchanged window as one that it
knows.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from sources.transports.base import Ask, Pulled, PullFailed
from sources.transports.model import RestPull
from sources.transports.rest_client import Failure, RestClient
from sources.transports.rest_paging import DoesNotAddUp, Page, Reckoning, Verdict, read_page, walk
from sources.transports.rest_spool import Spool


def pull_rest(ask: Ask, how: RestPull, environment: Mapping[str, str], folder: Path) -> Pulled:
    """Fetch one window into a private folder; raises PullFailed. Several of one address: RestSession."""
    with RestSession(how, environment) as session:
        return session.pull(ask, folder)


class RestSession:
    """Several windows of one dataset, with one login, one connection and one pace. Not for several threads at once."""

    def __init__(
        self,
        how: RestPull,
        environment: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._how, self._environment, self._sleep, self._clock = how, environment, sleep, clock
        self._client: RestClient | None = None

    def __enter__(self) -> "RestSession":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def pull(self, ask: Ask, folder: Path) -> Pulled:
        """Fetch one window into a private folder; raises PullFailed, and then leaves nothing there."""
        path = folder / ask.file_name(self._how.file)
        try:
            if self._client is None:
                self._client = RestClient(self._how, self._environment, self._sleep, self._clock)
            self._client.requests = 0
            self._client.notes.clear()
            return self._whole(ask, path, self._client)
        except Failure as failure:
            path.unlink(missing_ok=True)
            raise PullFailed(ask, failure.cause, failure.vi, failure.en) from None
        except DoesNotAddUp as doubt:
            path.unlink(missing_ok=True)
            raise PullFailed(ask, "incomplete", doubt.vi, doubt.en) from None

    def _whole(self, ask: Ask, path: Path, client: RestClient) -> Pulled:
        """Read the window until it adds up: again once when it does not, once more when nothing tells."""
        is_second, unsure = False, ""
        while True:
            try:
                verdict, rows, digest, notes = self._read(ask, path, client)
            except DoesNotAddUp as doubt:
                if is_second:
                    raise
                is_second = True
                client.notes[f"{doubt.vi}, đã đọc lại từ đầu | {doubt.en}, read again from the start"] += 1
                continue
            if verdict == "unsure" and not unsure:
                unsure = digest
                continue
            if verdict == "unsure" and unsure != digest:
                raise DoesNotAddUp("hai lần đọc không giống nhau", "two readings are not the same")
            if verdict == "unsure":
                notes = (*notes, "máy chủ không nói đủ, đã đọc hai lần giống nhau | read twice, and alike")
            told = tuple(text if times == 1 else f"{text} (×{times})" for text, times in client.notes.items())
            return Pulled(ask, path, rows, client.requests, (*told, *notes))

    def _read(self, ask: Ask, path: Path, client: RestClient) -> tuple[Verdict, int, str, tuple[str, ...]]:
        """One reading of all pages: what is to be thought of it, its rows, the file's hash, and what was odd."""
        how = self._how
        days = {"start": ask.window.start.isoformat(), "end": ask.window.end.isoformat(), "part": ask.part}
        where = how.path.format(**days)
        query = {name: value.format(**days) for name, value in how.query.items()}

        def ask_page(paging: Mapping[str, str]) -> Page:
            return client.get(where, {**query, **paging}, lambda answer: read_page(answer, how.rows, how.paging))

        reckoning, spool = Reckoning(), Spool(path.parent, how.key)
        try:
            for page in walk(how.paging, ask_page):
                reckoning.add(page, spool.add(page.rows))
            received = spool.received()
            verdict = reckoning.judge(received)
            rows, digest = spool.write(path, how.rows[0])
            notes = []
            if spool.repeated:
                notes.append(f"bỏ {spool.repeated} bản ghi gửi lại y hệt | equal records dropped: {spool.repeated}")
            if changed := spool.changed():
                notes.append(f"{changed} bản ghi có hai nội dung, giữ cả | records kept in two versions: {changed}")
            if reckoning.grew:
                notes.append("tổng số tăng khi đang đọc, đã đủ | the count grew while reading, all there")
            return verdict, rows, digest, tuple(notes)
        finally:
            spool.close()
