"""Telling people: one message per trouble, once more when it is over, and never a secret.

The addresses are Apprise's, in LANGSON_ALERTS, and appear nowhere else. What was told is kept in the home, so a trouble
that lasts is told once whoever notices it: the schedule, a sensor or the command line.
"""

import fcntl
import logging
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from sources.door.intake import now_local

from pipelines.automation.causes import CAUSES, Cause
from pipelines.files import read_json, write_json
from pipelines.home import Home

ADDRESSES = "LANGSON_ALERTS"
MOST = 5
"""More new troubles of one cause than these are told in one message."""
LONGEST_LIST = 40


@dataclass(frozen=True)
class Trouble:
    """Something a person should know: its cause, what it is about, and why. `key` decides what is the same trouble."""

    code: str
    subject: str
    reason: str
    key: str = ""

    @property
    def cause(self) -> Cause:
        return CAUSES[self.code]

    @property
    def identity(self) -> str:
        return f"{self.code} {self.key or self.subject}"


@dataclass(frozen=True)
class Message:
    """One message, and the troubles that were told when it was sent."""

    title: str
    body: str
    about: tuple[str, ...]


def addresses(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Each address of the variable; a comma inside one address is its own."""
    given = environment.get(ADDRESSES, "").strip()
    return re.split(r"[\s,]+(?=[A-Za-z0-9+.-]+://)", given) if given else []


def tell(home: Home, present: Sequence[Trouble], looked_at: Collection[str] = CAUSES) -> list[str]:
    """Tell what is new and what is over of the causes that were looked at; gives what could not be sent, by number.

    Without addresses nothing is told and nothing kept. What could not be sent to every address is told again later.
    """
    targets = addresses()
    if not targets:
        return []
    with _ledger_lock(home):
        ledger: dict[str, dict[str, str]] = read_json(home.alerts) or {}
        now = {trouble.identity: trouble for trouble in present if trouble.code in looked_at}
        new = [trouble for identity, trouble in now.items() if identity not in ledger]
        over = {name: told for name, told in ledger.items() if told["code"] in looked_at and name not in now}
        failures: list[str] = []
        for message in _news(new):
            failed = send(message, targets)
            if not failed:
                told_at = now_local().isoformat()
                ledger.update(
                    {name: {"code": now[name].code, "subject": now[name].subject, "since": told_at}
                     for name in message.about}
                )  # fmt: skip
            failures += failed
        for message in _ends(over):
            failed = send(message, targets)
            if not failed:
                for name in message.about:
                    del ledger[name]
            failures += failed
        if ledger or home.alerts.exists():
            write_json(home.alerts, ledger)
    return sorted(set(failures))


@contextmanager
def _ledger_lock(home: Home) -> Iterator[None]:
    """Two who notice the same thing at once must not both tell it."""
    home.root.mkdir(parents=True, exist_ok=True)
    with (home.root / ".alerts.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def send(message: Message, targets: Sequence[str]) -> list[str]:
    """Send to every address; gives which failed, by number and kind only, for an address holds secrets."""
    import apprise

    failed = []
    # Apprise names addresses in what it logs.
    logger, level = logging.getLogger("apprise"), logging.getLogger("apprise").level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        for number, target in enumerate(targets, 1):
            post = apprise.Apprise()
            kind = target.partition("://")[0]
            if not post.add(target) or not post.notify(
                title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT
            ):
                failed.append(f"{ADDRESSES} #{number} ({kind})")
    finally:
        logger.setLevel(level)
    return failed


def _news(troubles: Iterable[Trouble]) -> Iterator[Message]:
    for code, group in groupby(sorted(troubles, key=lambda one: (one.code, one.subject)), key=lambda one: one.code):
        together = list(group)
        if len(together) > MOST:
            yield _many(CAUSES[code], together)
            continue
        for trouble in together:
            yield _one(trouble)


def _one(trouble: Trouble) -> Message:
    cause = trouble.cause
    body = (
        f"{trouble.subject}\nLý do: {trouble.reason}\nCần làm: {cause.todo_vi}\n\n"
        f"{cause.title_en}. What to do: {cause.todo_en}\n{cause.runbook}"
    )
    return Message(f"{cause.title_vi}: {trouble.subject}", body, (trouble.identity,))


def _many(cause: Cause, troubles: Sequence[Trouble]) -> Message:
    lines = [f"- {trouble.subject}: {trouble.reason}" for trouble in troubles[:LONGEST_LIST]]
    if len(troubles) > LONGEST_LIST:
        lines.append(f"… và {len(troubles) - LONGEST_LIST} mục nữa | and more")
    listed = "\n".join(lines)
    body = (
        f"{listed}\nCần làm: {cause.todo_vi}\n\n{cause.title_en} ({len(troubles)}). "
        f"What to do: {cause.todo_en}\n{cause.runbook}"
    )
    return Message(f"{cause.title_vi}: {len(troubles)} mục", body, tuple(trouble.identity for trouble in troubles))


def _ends(over: Mapping[str, Mapping[str, str]]) -> Iterator[Message]:
    for code, group in groupby(sorted(over, key=lambda name: over[name]["code"]), key=lambda name: over[name]["code"]):
        names = list(group)
        for part in [names] if len(names) > MOST else [[name] for name in names]:
            lines = "\n".join(f"- {over[name]['subject']} ({over[name]['since'][:16]})" for name in part[:LONGEST_LIST])
            title = over[part[0]]["subject"] if len(part) == 1 else f"{len(part)} mục"
            cause = CAUSES[code]
            yield Message(
                f"Đã xong: {cause.title_vi}: {title}",
                f"{lines}\nKhông phải làm gì nữa.\n\n{cause.title_en}: over.",
                tuple(part),
            )
