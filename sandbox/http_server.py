"""A real HTTP server on loopback that answers as the simulated platforms do, from what lies under `served/` of a home.

Each platform stands under its source's code: `http://127.0.0.1:<port>/border_gate/api/…`. A window is answered with the
newest version that was there at the simulated clock; what was not there yet is not found (404). Only who holds the
server in hand sets its clock and its moods.
"""

import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.frame import AS_OF
from sandbox.http_moods import Mood, Moods, as_bytes, bad_answer, break_off, spoiled
from sandbox.http_platforms import PLATFORMS, Platform, Told
from sandbox.served import Version, newest, versions

_BROKEN_OFF = ("stall", "reset", "cut_body", "cut_json")
_SECONDS_TO_START = 30


class SandboxServer:
    """The platforms of one home, started and stopped; `environment()` is what a pull needs to know of them."""

    def __init__(
        self, home: Path, now: datetime = AS_OF, moods: Sequence[Mood] = (), token_seconds: float = 600
    ) -> None:
        self._home, self._now, self._moods = home, now, Moods(moods)
        self._token_seconds = token_seconds
        self._tokens: dict[str, float] = {}
        self._user, self._password = f"nguoi-dung-{secrets.token_hex(4)}", secrets.token_hex(16)
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.logins = self.requests = 0
        self.issued: list[str] = []

    # --- in hand ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> "SandboxServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Take a free port of loopback and come back once it answers."""
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        config = uvicorn.Config(
            self._answer, http="h11", ws="none", lifespan="off", loop="asyncio", interface="asgi3",
            proxy_headers=False, log_config=None, log_level="critical", timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        if not self._server.is_ready.wait(_SECONDS_TO_START):
            raise RuntimeError("máy chủ mô phỏng không khởi động được | the simulated server does not start")

    def stop(self) -> None:
        """Stop and come back once nothing answers any more."""
        if self._server and self._thread and self._socket:
            self._server.should_exit = True
            self._thread.join()
            self._socket.close()
            self._server = self._thread = None

    @property
    def address(self) -> str:
        """Where the platforms are."""
        assert self._socket is not None, "not started"
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def environment(self) -> dict[str, str]:
        """The variables that the pulls of these platforms read: addresses, users and passwords."""
        found = {}
        for source in PLATFORMS:
            name = f"LANGSON_{source.upper()}"
            found |= {
                f"{name}_URL": f"{self.address}/{source}",
                f"{name}_USER": self._user,
                f"{name}_PASSWORD": self._password,
            }
        return found

    def set_clock(self, moment: datetime) -> None:
        """Answer from now on as at a moment."""
        self._now = moment

    def set_down(self, is_down: bool) -> None:
        """Answer nothing but errors, or well again."""
        self.set_moods(*([Mood("unavailable", times=None), Mood("unavailable", times=None, at="login")] * is_down))

    def set_moods(self, *moods: Mood) -> None:
        """Be in these moods from now on, and in no earlier ones."""
        self._moods = Moods(moods)

    # --- answering -------------------------------------------------------------------------------------------------

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.requests += 1
        source, _, path = request.url.path.strip("/").partition("/")
        platform = PLATFORMS.get(source)
        if platform is None:
            await _said(404, "không có hệ thống này | no such system")(scope, receive, send)
        elif f"/{path}" == platform.login and request.method == "POST":
            await (await self._log_in(platform, request))(scope, receive, send)
        elif f"/{path}" == platform.path and request.method == "GET":
            await self._page(source, platform, request, scope, receive, send)
        else:
            await _said(404, "không có đường dẫn này | no such path")(scope, receive, send)

    async def _log_in(self, platform: Platform, request: Request) -> Response:
        self.logins += 1
        if (mood := self._moods.strike("login", 1)) and (bad := bad_answer(mood)):
            return bad
        said = await request.json()
        if (said.get("username"), said.get("password")) != (self._user, self._password):
            return _said(401, "sai tên hoặc mật khẩu | wrong user or password")
        token = secrets.token_urlsafe(24)
        self.issued.append(token)
        self._tokens[token] = time.monotonic() + self._token_seconds
        return JSONResponse(platform.token(token, self._token_seconds))

    async def _page(
        self, source: str, platform: Platform, request: Request, scope: Scope, receive: Receive, send: Send
    ) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) <= time.monotonic():
            await _said(401, "chưa đăng nhập | not logged in")(scope, receive, send)
            return
        try:
            wanted = platform.wanted(request.query_params)
        except (KeyError, ValueError):
            await _said(400, "tham số sai | wrong parameters")(scope, receive, send)
            return
        version = newest(
            _versions(self._home, source, _stamp(self._home)), wanted.dataset, wanted.part, wanted.first, wanted.last,
            self._now,
        )  # fmt: skip
        if version is None:
            await _said(404, "chưa có dữ liệu của kỳ này | nothing of this window yet")(scope, receive, send)
            return
        mood = self._moods.strike("data", wanted.page)
        if mood and mood.kind == "expired_token":
            self._tokens.pop(token)
        if mood and (bad := bad_answer(mood)):
            await bad(scope, receive, send)
            return
        content, records, total = _content(version.path, platform)
        rows, total = spoiled(mood, records, wanted.page, wanted.size, total)
        pages = -(-len(records) // wanted.size)
        is_circle = mood is not None and mood.kind == "same_state"
        body, headers = platform.answer(Told(rows, total, pages, wanted.page, content, is_circle))
        if mood and mood.kind in _BROKEN_OFF:
            await break_off(mood, as_bytes(body), scope, receive, send)
            return
        await Response(as_bytes(body), 200, headers, "application/json")(scope, receive, send)


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_ready.set()


def _said(status: int, message: str) -> Response:
    return JSONResponse({"result": 0, "code": str(status), "message": message, "data": None}, status)


def _stamp(home: Path) -> str:
    """Another manifest is another sandbox."""
    return hashlib.sha256((home / "inbox" / "manifest.json").read_bytes()).hexdigest()


@lru_cache(maxsize=16)
def _versions(home: Path, source: str, stamp: str) -> list[Version]:
    return versions(home, source)


@lru_cache(maxsize=4)
def _content(path: Path, platform: Platform) -> tuple[Any, list[Any], int]:
    """A file's content, its records, and how many different ones the platform says they are."""
    content = json.loads(path.read_text(encoding="utf-8"))
    records = platform.records(content)
    return content, records, len({as_bytes(record) for record in records})
