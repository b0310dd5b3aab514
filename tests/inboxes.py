"""What the tests of inboxes share: a server in a good mood, a clock that stands, and a delivery to fetch."""

from dataclasses import dataclass, field
from pathlib import Path

from sandbox.sftp_server import PASSWORD, SftpServer
from sources.transports import sftp
from sources.transports.inbox import Look, Options, Seen
from tests.conftest import ROOT

CONTENT = (ROOT / "sources/citizen_app/fixtures/clean_20220531.csv").read_bytes()
JUNE = CONTENT.replace(b"31/05", b"30/06")
NAME = "citizen_app/UngDung_20220531.csv"
BIG = CONTENT.ljust(300_000, b"\n")
"""More than one read of the protocol, so that a connection can be lost in the middle."""


@dataclass
class Clock:
    """A clock that stands until it is moved, and pauses that only count."""

    now: float
    pauses: list[float] = field(default_factory=list)

    def options(self, settle: float = 0, attempts: int = 3) -> Options:
        return Options(settle, attempts, 10, self.pauses.append, lambda: self.now)


def with_password(server: SftpServer, password: str = PASSWORD) -> dict[str, str]:
    return {sftp.KNOWN_HOSTS: str(server.known_hosts), sftp.PASSWORD: password}


def with_key(server: SftpServer) -> dict[str, str]:
    return {sftp.KNOWN_HOSTS: str(server.known_hosts), sftp.KEY_FILE: str(server.key_file)}


def names(look: Look, folder: Path) -> list[str]:
    return sorted(str(one.path.relative_to(folder)) for one in look.fetched)


def known_from(look: Look) -> dict[str, Seen]:
    return {one.place: Seen(one.mark) for one in look.fetched} | dict(look.waiting)
