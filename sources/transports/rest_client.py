"""One platform's interface over HTTP: its login, how often it may be asked, and what is asked again.

Nothing of an answer is believed here but that it is whole JSON; what pages add up to is judged in `rest_paging`. No
text made here holds what the server wrote, an address or a secret: a server may echo any of them.
"""

import os
import random
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TypeVar

import httpx
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from sources.transports.base import Cause
from sources.transports.model import Login, RestPull
from sources.transports.rest_json import BrokenAnswer, at, parsed, whole_number

T = TypeVar("T")
_BUSY = (408, 425, 429)
"""Refusals of the moment: what is asked again later is answered."""
_LONGEST_WAIT = 900.0
"""A server that wants to be left alone for longer (seconds) is down for this run."""
_BACKOFF = (1.0, 60.0)
_LARGEST_ANSWER = 512 * 2**20
_DRIP = 10
"""An answer that takes so many time-outs in all does not come, however steadily it drips."""
_RENEW_BEFORE = 30.0
"""Seconds before its end at which a token is renewed, but never more than a fifth of its life."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Failure(Exception):
    """Why a pull ends here; becomes PullFailed where it is known what was asked for."""

    def __init__(self, cause: Cause, vi: str, en: str) -> None:
        super().__init__(f"{vi} | {en}")
        self.cause, self.vi, self.en = cause, vi, en


class _Again(Exception):
    """Worth asking again; the cause if it stays so. `wait` is what the server asked for, in seconds."""

    def __init__(self, cause: Cause, vi: str, en: str, wait: float | None = None) -> None:
        super().__init__(f"{vi} | {en}")
        self.cause, self.vi, self.en, self.wait = cause, vi, en, wait


class _Unauthorised(Exception):
    """The server says 401."""


@dataclass(frozen=True)
class Answer:
    """A whole JSON answer and its headers."""

    body: object
    headers: Mapping[str, str]


class _Bearer(httpx.Auth):
    """Puts the token into a request; a header among the arguments would stand in tracebacks."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        yield request


@cache
def _authorities(trust_env: bool, file: str | None, folder: str | None) -> ssl.SSLContext:
    """Whose certificates are believed, read once: it takes longer than an exchange. The variables are httpx's own."""
    return httpx.create_ssl_context(trust_env=trust_env)


class RestClient:
    """Asks one address; holds its connection, token and pace. Not for several threads at once.

    Raises Failure "not_configured" when a variable that `how` names is not set.
    """

    def __init__(
        self,
        how: RestPull,
        environment: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._how, self._sleep, self._clock = how, sleep, clock
        address = _address(how, environment)
        self._user, self._password = _secrets(how.login, environment)
        # A proxy of the house leads outside, not to this machine.
        outside = address.host not in _LOOPBACK
        self._client = httpx.Client(
            base_url=address,
            timeout=how.timeout_seconds,
            headers={"Accept": "application/json"},
            trust_env=outside,
            verify=_authorities(outside, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
        )
        self._token: SecretStr | None = None
        self._renew_at: float | None = None
        self._next_at = clock()
        self._random = random.Random()
        self.requests = 0
        self.notes: Counter[str] = Counter()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str], read: Callable[[Answer], T]) -> T:
        """What `read` makes of the answer; BrokenAnswer from it is asked again like an answer cut short.

        Raises Failure.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self._how.attempts),
            wait=self._wait,
            retry=retry_if_exception_type(_Again),
            before_sleep=self._tell,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            result: T = retrying(self._read, path, query, read)
            return result
        except _Again as last:
            times = self._how.attempts
            raise Failure(last.cause, f"{last.vi}, sau {times} lần hỏi", f"{last.en}, asked {times} times") from None

    # --- one exchange ----------------------------------------------------------------------------------------------

    def _read(self, path: str, query: Mapping[str, str], read: Callable[[Answer], T]) -> T:
        try:
            return read(self._authorised(path, query))
        except BrokenAnswer as broken:
            raise _Again("incomplete", broken.vi, broken.en) from None

    def _authorised(self, path: str, query: Mapping[str, str]) -> Answer:
        """An answer given to our token; one that the server no longer takes is renewed once."""
        try:
            return self._exchange("GET", path, query=query, token=self._current_token())
        except _Unauthorised:
            if self._how.login is None:
                raise Failure("rejected", *_refused(401)) from None
        self.notes["mã đăng nhập hết hạn giữa chừng, đã đăng nhập lại | the token ended mid-way, logged in again"] += 1
        self._token = None
        try:
            return self._exchange("GET", path, query=query, token=self._current_token())
        except _Unauthorised:
            raise Failure(
                "login_refused",
                "đăng nhập được nhưng máy chủ vẫn không cho đọc (401)",
                "logged in, and still not let in (401)",
            ) from None

    def _current_token(self) -> SecretStr | None:
        login = self._how.login
        if login is None:
            return None
        if self._token is None or (self._renew_at is not None and self._clock() >= self._renew_at):
            self._token = None
            self._log_in(login)
        return self._token

    def _log_in(self, login: Login) -> None:
        refused = ("máy chủ không nhận tên hoặc mật khẩu", "the server does not take the user or the password")
        said = dict(zip(login.fields, (self._user, self._password), strict=True))
        try:
            answer = self._exchange("POST", login.path, content=said)
        except _Unauthorised:
            raise Failure("login_refused", *refused) from None
        except Failure as failure:
            if failure.cause == "rejected":
                raise Failure("login_refused", *refused) from None
            raise
        token = at(answer.body, login.token)
        if not isinstance(token, str) or not token.isascii() or not token.strip():
            # A platform says "wrong password" with status 200 and no token.
            raise Failure("login_refused", *refused)
        self._token, self._renew_at = SecretStr(token.strip()), None
        seconds = whole_number(at(answer.body, login.expires_in)) if login.expires_in else None
        if seconds is not None:
            self._renew_at = self._clock() + seconds - min(_RENEW_BEFORE, seconds / 5)

    def _exchange(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        content: Mapping[str, SecretStr] | None = None,
        token: SecretStr | None = None,
    ) -> Answer:
        """One request and its whole answer; raises _Again, _Unauthorised or Failure for anything else."""
        self._keep_pace()
        self.requests += 1
        auth = _Bearer(token) if token else None
        came = False
        try:
            with self._client.stream(
                method, path.lstrip("/"), params=query, json=_plain(content), auth=auth
            ) as response:
                came = True
                self._judge(response)
                body = self._whole_body(response)
        except httpx.TimeoutException:
            raise _Again("unreachable", "máy chủ không trả lời kịp", "no answer in time") from None
        except httpx.TransportError:
            if came:
                raise _Again("incomplete", "câu trả lời bị cắt ngang", "the answer was cut short") from None
            raise _Again("unreachable", "không nối được với máy chủ", "no connection to the server") from None
        except (httpx.DecodingError, httpx.InvalidURL):
            raise _Again("incomplete", "không giải nén được câu trả lời", "the answer cannot be decoded") from None
        try:
            return Answer(parsed(body), response.headers)
        except BrokenAnswer as broken:
            raise _Again("incomplete", broken.vi, broken.en) from None

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == 401:
            raise _Unauthorised
        if status >= 500 or status in _BUSY:
            wait = _retry_after(response.headers)
            if wait is not None and wait > _LONGEST_WAIT:
                raise Failure(
                    "unreachable",
                    f"máy chủ báo {status} và hẹn {wait:.0f} giây nữa",
                    f"the server says {status} and asks to come back in {wait:.0f} seconds",
                )
            raise _Again("unreachable", f"máy chủ báo {status}", f"the server says {status}", wait)
        if status != 200:
            raise Failure("rejected", *_refused(status))

    def _whole_body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        until = self._clock() + _DRIP * self._how.timeout_seconds
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _LARGEST_ANSWER:
                raise Failure("rejected", "câu trả lời quá lớn", "the answer is too large")
            if self._clock() > until:
                raise _Again("unreachable", "câu trả lời đến quá chậm", "the answer drips too slowly")
        return bytes(body)

    # --- pace and waiting ------------------------------------------------------------------------------------------

    def _keep_pace(self) -> None:
        now = self._clock()
        if self._next_at > now:
            self._sleep(self._next_at - now)
        self._next_at = max(self._next_at, now) + 1 / self._how.requests_per_second

    def _wait(self, state: RetryCallState) -> float:
        """What the server asked for, else twice as long each time, from half of it on by chance."""
        again = state.outcome.exception() if state.outcome else None
        if isinstance(again, _Again) and again.wait is not None:
            return again.wait
        first, most = _BACKOFF
        longest = min(most, first * 2.0 ** (state.attempt_number - 1))
        return self._random.uniform(longest / 2, longest)

    def _tell(self, state: RetryCallState) -> None:
        again = state.outcome.exception() if state.outcome else None
        if isinstance(again, _Again):
            self.notes[f"{again.vi}, đã hỏi lại | {again.en}, asked again"] += 1


def _address(how: RestPull, environment: Mapping[str, str]) -> httpx.URL:
    text = environment.get(how.address, "").strip()
    if not text:
        raise Failure("not_configured", f"chưa đặt biến {how.address}", f"{how.address} is not set")
    wrong = Failure(
        "not_configured",
        f"{how.address} phải là http(s)://máy-chủ/…, không kèm tên, mật khẩu hay tham số",
        f"{how.address} must be http(s)://host/…, without user, password or parameters",
    )
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise wrong from None
    # Whatever stands in an address is written into logs by everybody on the way.
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise wrong
    return url


def _secrets(login: Login | None, environment: Mapping[str, str]) -> tuple[SecretStr, SecretStr]:
    if login is None:
        return SecretStr(""), SecretStr("")
    for name in (login.user, login.password):
        if not environment.get(name):
            raise Failure("not_configured", f"chưa đặt biến {name}", f"{name} is not set")
    return SecretStr(environment[login.user]), SecretStr(environment[login.password])


def _plain(content: Mapping[str, SecretStr] | None) -> dict[str, str] | None:
    return {name: secret.get_secret_value() for name, secret in content.items()} if content else None


def _refused(status: int) -> tuple[str, str]:
    return f"máy chủ không nhận yêu cầu ({status})", f"the server turns the request down ({status})"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, or a moment: against the server's own clock where it tells that. None when it says nothing readable."""
    said = headers.get("Retry-After", "").strip()
    if not said:
        return None
    if said.isascii() and said.isdigit():
        return float(said)
    moment = _moment(said)
    if moment is None:
        return None
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
