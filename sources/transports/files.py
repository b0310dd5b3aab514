"""Inboxes on servers: what is new in them is copied whole into a private folder, and stays as it was at the sender's.

`sftp://user@host:port/folder` or `s3://bucket/prefix`, with `<source_code>/…` below it as in a folder of this machine.
Secrets come from the environment only (`sources.transports.sftp`, `sources.transports.s3` name the variables).
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar
from urllib.parse import urlsplit

import tenacity

from sources.formats.base import Limits
from sources.registry import contracts
from sources.transports.inbox import (
    Fetched,
    Found,
    Gone,
    InboxFailed,
    Look,
    Lost,
    Mark,
    Options,
    Seen,
    Store,
    is_half_written,
    shown,
)

DEFAULTS = Options()
_MOST_LOST = 2
"""Files lost one after the other, each after all attempts, before the rest is left to the next look."""
_TRUSTED_AHEAD = 86_400
"""A server's clock may be ahead of ours, but a file from further in the future says nothing about it."""

T = TypeVar("T")


def fetch(
    address: str,
    environment: Mapping[str, str],
    known: Mapping[str, Seen],
    folder: Path,
    only_source: str | None = None,
    options: Options = DEFAULTS,
) -> Look:
    """Copy what is new below `folder/<source_code>/…`; `known` is by place and decides what new means.

    A file still being written waits; a file that cannot be fetched is told and does not keep the others back.
    Raises InboxFailed when the inbox as a whole cannot be reached, or holds a folder of no source.
    """
    with _Session(address, environment, options) as session:
        found = session.ask(lambda store: store.listing())
        if found is None:
            raise session.unreachable()
        offered = [one for one in found if _is_offered(one, shown(address), only_source)]
        new, waiting = _settled(offered, shown(address), known, session.is_atomic, options)
        fetched: list[Fetched] = []
        failed: list[InboxFailed] = []
        lost = 0
        for number, one in enumerate(new):
            place = f"{shown(address)}/{one.name}"
            try:
                copy = _copy(session, one, place, folder)
            except InboxFailed as error:
                failed.append(error)
                lost = lost + 1 if error.cause == "incomplete" else 0
                if lost == _MOST_LOST and number + 1 < len(new):
                    failed.append(_left(shown(address), len(new) - number - 1))
                    break
                continue
            lost = 0
            if copy is None:
                waiting[place] = Seen(one.mark, options.clock())
            else:
                fetched.append(copy)
        return Look(tuple(fetched), waiting, tuple(failed))


def news(
    address: str, environment: Mapping[str, str], known: Mapping[str, Seen], options: Options = DEFAULTS
) -> dict[str, Mark]:
    """What a look would copy, by place: a listing, and no file is read. Raises InboxFailed as `fetch` does."""
    with _Session(address, environment, options) as session:
        found = session.ask(lambda store: store.listing())
        if found is None:
            raise session.unreachable()
        offered = [one for one in found if _is_offered(one, shown(address), None)]
        new, _ = _settled(offered, shown(address), known, session.is_atomic, options)
        return {f"{shown(address)}/{one.name}": one.mark for one in new}


def _is_offered(found: Found, inbox: str, only_source: str | None) -> bool:
    """Whether a file is a source's delivery; raises InboxFailed for a folder of no source, as a local inbox does."""
    source_code, _, rest = found.name.partition("/")
    if not rest or is_half_written(found.name):
        return False  # files beside the folders are nobody's
    if source_code not in contracts():
        raise InboxFailed(
            inbox, "rejected",
            f"thư mục {source_code}/ không phải nguồn nào; các nguồn: {', '.join(contracts())}",
            f"folder {source_code}/ is no source; the sources are: {', '.join(contracts())}",
        )  # fmt: skip
    return only_source is None or source_code == only_source


def _settled(
    offered: Iterable[Found], inbox: str, known: Mapping[str, Seen], atomic: bool, options: Options
) -> tuple[list[Found], dict[str, Seen]]:
    """The new files that nobody is writing any more, and the ones to look at again.

    A server tells no time of its own: the newest file shows how far its clock is at least. A file that looked the same
    at an earlier look is settled by our clock, whatever the server's says.
    """
    offered = list(offered)
    now = options.clock()
    told = [one.mark.modified / 1e9 for one in offered]
    servers_now = max([now, *(moment for moment in told if moment < now + _TRUSTED_AHEAD)])
    new, waiting = [], {}
    for one, modified in zip(offered, told, strict=True):
        place = f"{inbox}/{one.name}"
        before = known.get(place)
        same = before is not None and before.mark == one.mark
        if same and before is not None and before.waits_since is None:
            continue
        since = before.waits_since if same and before is not None and before.waits_since is not None else now
        if atomic or servers_now - modified >= options.settle_seconds or now - since >= options.settle_seconds:
            new.append(one)
        else:
            waiting[place] = Seen(one.mark, since)
    return new, waiting


def _copy(session: "_Session", found: Found, place: str, folder: Path) -> Fetched | None:
    """The whole file, with the server's time; None when it was changed or taken away meanwhile."""
    if found.mark.size > Limits().bytes:
        raise InboxFailed(
            place, "rejected",
            f"tệp {found.mark.size} byte vượt giới hạn {Limits().bytes} byte",
            f"the file has {found.mark.size} bytes, over the limit of {Limits().bytes}",
        )  # fmt: skip
    target = folder.joinpath(*PurePosixPath(found.name).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.part")

    def whole(store: Store) -> Mark:
        store.copy(found, half)
        return store.mark(found)

    try:
        after = session.ask(whole)
    except Gone:
        half.unlink(missing_ok=True)
        return None
    if after is None:
        half.unlink(missing_ok=True)
        raise InboxFailed(
            place, "incomplete",
            f"mất kết nối khi tải, đã thử {session.attempts} lần; sẽ tải lại ở lần xem sau",
            f"the connection was lost each of {session.attempts} times; it is fetched again at the next look",
        )  # fmt: skip
    if after != found.mark or half.stat().st_size != after.size:
        half.unlink()
        return None
    os.utime(half, ns=(after.modified, after.modified))
    half.replace(target)
    return Fetched(target, found.name.partition("/")[0], place, after)


def _left(inbox: str, count: int) -> InboxFailed:
    return InboxFailed(
        inbox, "incomplete",
        f"kết nối không ổn định, còn {count} tệp để lại lần xem sau",
        f"the connection does not hold: {count} more files are left to the next look",
    )  # fmt: skip


class _Session:
    """A connection that is made again when it was lost, with growing pauses and an end."""

    def __init__(self, address: str, environment: Mapping[str, str], options: Options) -> None:
        self._address, self._environment, self._options = address, environment, options
        self._store: Store | None = None
        self._open = _opener(address)
        self._last = ""
        self.is_atomic = False
        self.attempts = options.attempts

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = None

    def ask(self, question: Callable[[Store], T]) -> T | None:
        """The answer; None when the connection was lost at every attempt."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Lost),
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=tenacity.wait_exponential_jitter(initial=1, max=60),
            sleep=self._options.pause,
            reraise=True,
        )
        try:
            answer: T = retrying(self._once, question)
        except Lost as error:
            self._last = str(error)
            return None
        return answer

    def _once(self, question: Callable[[Store], T]) -> T:
        try:
            if self._store is None:
                self._store = self._open(self._address, self._environment, self._options)
                self.is_atomic = self._store.atomic
            return question(self._store)
        except Lost:
            self._drop()
            raise

    def unreachable(self) -> InboxFailed:
        """What to say when nothing was answered."""
        return InboxFailed(
            shown(self._address), "unreachable",
            f"không liên lạc được máy chủ sau {self.attempts} lần thử ({self._last})",
            f"the server did not answer in {self.attempts} attempts ({self._last})",
        )  # fmt: skip


def _opener(address: str) -> Callable[[str, Mapping[str, str], Options], Store]:
    parts = urlsplit(address)
    if "@" in parts.netloc and ":" in parts.netloc.rpartition("@")[0]:
        raise InboxFailed(
            shown(address), "not_configured",
            "mật khẩu không được ghi trong địa chỉ; hãy đặt LANGSON_INBOX_PASSWORD",
            "no password in an address: set LANGSON_INBOX_PASSWORD",
        )  # fmt: skip
    if parts.scheme == "sftp":
        from sources.transports.sftp import SftpStore

        return SftpStore
    if parts.scheme == "s3":
        from sources.transports.s3 import S3Store

        return S3Store
    raise InboxFailed(
        shown(address), "not_configured", "chỉ nhận sftp:// và s3://", "only sftp:// and s3:// addresses are known"
    )
