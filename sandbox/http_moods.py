"""The bad moods of the simulated platforms: what a server does instead of answering well, on which page, how often."""

import asyncio
import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

Kind = Literal[
    # another status
    "server_error", "unavailable", "too_many", "forbidden", "expired_token",
    # no whole answer
    "stall", "reset", "cut_body", "cut_json", "web_page", "error_in_200",
    # an answer that does not add up
    "empty_page", "repeated_page", "shifted_page", "overlapping_page", "changed_record", "total_grows", "total_shrinks",
    "same_state",
]  # fmt: skip


@dataclass(frozen=True)
class Mood:
    """One stumble: of the login, or of one page of every window (any page when none is named).

    It strikes so many times and is then over; None strikes for ever.
    """

    kind: Kind
    page: int | None = None
    times: int | None = 1
    at: Literal["data", "login"] = "data"
    retry_after: str = ""


class Moods:
    """The moods a server is in, used up as they strike."""

    def __init__(self, moods: Sequence[Mood] = ()) -> None:
        self._left: list[tuple[Mood, int | None]] = [(mood, mood.times) for mood in moods]

    def strike(self, at: str, page: int) -> Mood | None:
        """The first mood that this request meets."""
        for place, (mood, left) in enumerate(self._left):
            if mood.at == at and mood.page in (None, page) and left != 0:
                self._left[place] = (mood, None if left is None else left - 1)
                return mood
        return None


def bad_answer(mood: Mood) -> Response | None:
    """The answer a mood gives in place of any other; None when it only spoils the records."""
    headers = {"Retry-After": mood.retry_after} if mood.retry_after else None
    status = {"server_error": 500, "unavailable": 503, "too_many": 429, "forbidden": 403, "expired_token": 401}
    if mood.kind in status:
        return JSONResponse({"message": "Lỗi (mô phỏng)"}, status[mood.kind], headers)
    if mood.kind == "web_page":
        return HTMLResponse("<!DOCTYPE html>\n<html><body>Hệ thống đang bảo trì (mô phỏng)</body></html>")
    if mood.kind == "error_in_200":
        return JSONResponse({"result": 0, "code": "99", "message": "Lỗi hệ thống (mô phỏng)", "data": None})
    return None


async def break_off(mood: Mood, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with nothing, or with half of a body."""
    if mood.kind == "stall":
        while (await receive())["type"] != "http.disconnect":
            await asyncio.sleep(0)
    elif mood.kind == "reset":
        # The server hides its connection; what sends through it knows it.
        transport = send.__self__.transport  # type: ignore[attr-defined]
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    elif mood.kind == "cut_json":
        await Response(body[: len(body) // 2], media_type="application/json")(scope, receive, send)
    elif mood.kind == "cut_body":
        length = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


def spoiled(mood: Mood | None, records: Sequence[Any], page: int, size: int, total: int) -> tuple[Sequence[Any], int]:
    """The records of a page and the count of all, as a mood tells them."""
    start = (page - 1) * size
    rows = records[start : start + size]
    match mood.kind if mood else "":
        case "empty_page":
            rows = []
        case "repeated_page":
            rows = records[max(start - size, 0) : max(start, size)]
        case "shifted_page":
            rows = records[max(start - 1, 0) : max(start - 1, 0) + size]
        case "overlapping_page":
            rows = [*records[max(start - 1, 0) : start], *rows]
        case "changed_record":
            before = records[max(start - 1, 0) : start]
            rows = [*({**record, "ghiChu": "đã sửa (mô phỏng)"} for record in before), *rows]
        case "total_grows":
            total += 1
        case "total_shrinks":
            total -= 1
    return rows, total


def as_bytes(body: object) -> bytes:
    """An answer's JSON as these platforms write it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
