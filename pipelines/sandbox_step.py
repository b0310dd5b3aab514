"""Making the sandbox a home asks for, and clearing what an earlier sandbox of that home left in its landing."""

import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import LangsonError
from pipelines.files import read_json, write_json
from pipelines.home import Home

if TYPE_CHECKING:
    from sandbox.database import Databases  # noqa: TID251
    from sandbox.http_server import SandboxServer  # noqa: TID251

SEED, SCALE, DIRTY = 2022, 0.02, True
"""What `make run` simulates."""
DERIVED = ("landing", "definitions", "releases", "dbt_target")


def wants_sandbox(home: Home, inbox: Path | str | None) -> bool:
    """Whether a run without --inbox means the simulation: in the sandbox's home, or in one nothing came to yet."""
    return inbox is None and (home.origin() == "sandbox" or not home.receipts.exists())


def make_sandbox(
    home: Home,
    seed: int | None,
    scale: float | None,
    dirty: bool | None,
    say: Callable[[int, int, str], None] | None = None,
) -> str:
    """Make the sandbox of these settings, or keep the one that is there when none is asked for; tells what was done."""
    from sandbox.frame import Settings  # noqa: TID251
    from sandbox.generate import NotASandbox, generate  # noqa: TID251

    manifest = read_json(home.inbox / "manifest.json")
    nothing_asked = seed is None and scale is None and dirty is None
    if not (manifest and nothing_asked):
        before = (manifest or {}).get("settings", {})
        settings = Settings(
            seed=seed if seed is not None else before.get("seed", SEED),
            scale=scale if scale is not None else before.get("scale", SCALE),
            dirt=dirty if dirty is not None else before.get("dirt", DIRTY),
        )
        try:
            summary = generate(home.root, settings, lambda text: say(0, 0, text) if say else None)
        except NotASandbox as error:
            raise LangsonError(str(error)) from error
        manifest = read_json(home.inbox / "manifest.json")
        told = "đã tạo" if summary.changed else "đã có sẵn"
        message = f"{told} {summary.deliveries} lượt nhận mô phỏng | simulated deliveries"
    else:
        message = f"{len(manifest['deliveries'])} lượt nhận mô phỏng có sẵn | simulated deliveries there"
    if _clear_other_world(home, {name: manifest.get(name) for name in ("settings", "code")}):
        message += "; đã bỏ kết quả của mô phỏng trước | what the sandbox before left was removed"
    return message


class Servers:
    """The sandbox's own systems, for those that some pulls need."""

    def __init__(self, running: list["SandboxServer | Databases"]) -> None:
        self._running = running

    def environment(self) -> dict[str, str]:
        """The variables by which the transports find them."""
        return {name: value for server in self._running for name, value in server.environment().items()}

    def set_clock(self, moment: datetime) -> None:
        """From now on they answer as they would have at a moment."""
        for server in self._running:
            server.set_clock(moment)

    def set_down(self, is_down: bool) -> None:
        """Whether they are all out of order from now on."""
        for server in self._running:
            server.set_down(is_down)


@contextmanager
def serving(home: Home, sources: Collection[str]) -> Iterator[Servers]:
    """Start the simulated systems of these sources on loopback, and stop them."""
    from sandbox.database import DATABASES, Databases  # noqa: TID251
    from sandbox.http_platforms import PLATFORMS  # noqa: TID251
    from sandbox.http_server import SandboxServer  # noqa: TID251

    with ExitStack() as stack:
        running: list[SandboxServer | Databases] = []
        if not set(sources).isdisjoint(PLATFORMS):
            running.append(stack.enter_context(SandboxServer(home.root)))
        if databases := set(sources).intersection(DATABASES):
            running.append(stack.enter_context(Databases(home.root, databases)))
        yield Servers(running)


@contextmanager
def serving_all(home: Home) -> Iterator[dict[str, str]]:
    """Every simulated system of a home, as it stands at the simulation's end; gives the variables that name them."""
    from sandbox.frame import AS_OF  # noqa: TID251
    from sandbox.sftp_server import serve  # noqa: TID251

    entries = (read_json(home.inbox / "manifest.json") or {}).get("deliveries")
    if not entries:
        raise LangsonError("chưa có mô phỏng, hãy chạy langson sandbox generate | there is no sandbox here yet")
    password = secrets.token_urlsafe(16)
    with (
        tempfile.TemporaryDirectory(prefix="langson-sftp-") as keys,
        serving(home, {entry["path"].split("/")[0] for entry in entries if "served" in entry}) as servers,
        serve(Path(keys), home.inbox, password) as sftp,
    ):
        servers.set_clock(AS_OF)
        yield servers.environment() | {
            "LANGSON_INBOX": sftp.address,
            "LANGSON_INBOX_PASSWORD": password,
            "LANGSON_INBOX_KNOWN_HOSTS": str(sftp.known_hosts),
        }


def until_told_to_stop() -> None:
    """Come back at Ctrl-C, or when the process is told to end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def _clear_other_world(home: Home, world: dict[str, object]) -> bool:
    """Deliveries of two simulated provinces must not meet in one landing: the earlier one's results go."""
    mark = home.root / "sandbox.json"
    before = read_json(mark)
    other = before is not None and before != world and home.origin() == "sandbox"
    if other:
        for path in (home.ledger, home.last_run, home.warehouse, home.dbt_results):
            path.unlink(missing_ok=True)
        for name in DERIVED:
            if (home.root / name).exists():
                shutil.rmtree(home.root / name)
    if before != world:
        write_json(mark, world)
    return other
