"""An inbox on an SFTP server, through fsspec: the server's key is checked, its files are only ever read."""

import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from sources.transports.inbox import Found, Gone, InboxFailed, Lost, Mark, Options, named, shown

KNOWN_HOSTS, KEY_FILE = "LANGSON_INBOX_KNOWN_HOSTS", "LANGSON_INBOX_KEY_FILE"
KEY_PASSPHRASE, PASSWORD = "LANGSON_INBOX_KEY_PASSPHRASE", "LANGSON_INBOX_PASSWORD"
_PIECE = 1024 * 1024
_DEEPEST = 8
"""Folders below a source's own; more is a loop of links."""


class _UnknownServer(Exception):
    """The server showed a key that the known_hosts file does not have."""


class _Refuse(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    def missing_host_key(self, client: object, hostname: str, key: object) -> None:
        raise _UnknownServer


class _CheckedSFTP(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP as it is, but for the connection: its own trusts whatever key a server shows."""

    cachable = False

    def _connect(self) -> None:
        arguments = dict(self.ssh_kwargs)
        known_hosts, seconds = arguments.pop("known_hosts"), arguments["timeout"]
        self.client = paramiko.SSHClient()
        self.client.load_system_host_keys(known_hosts)
        self.client.set_missing_host_key_policy(_Refuse())
        try:
            self.client.connect(self.host, **arguments)
            self.ftp = self.client.open_sftp()
        except BaseException:
            self.client.close()
            raise
        self.ftp.get_channel().settimeout(seconds)


class SftpStore:
    """One connection to `sftp://user@host:port/folder`."""

    atomic = False

    def __init__(self, address: str, environment: Mapping[str, str], options: Options) -> None:
        parts = urlsplit(address)
        self._place = shown(address)
        self._root = PurePosixPath(unquote(parts.path) or "/")
        if not parts.hostname or not parts.username:
            raise InboxFailed(self._place, "not_configured", "cần sftp://người_dùng@máy/…", "needs sftp://user@host/…")
        known = named(environment, KNOWN_HOSTS, self._place, "tệp known_hosts", "a known_hosts file")
        key = environment.get(KEY_FILE)
        secret = (
            {"key_filename": key, "passphrase": environment.get(KEY_PASSPHRASE)}
            if key
            else {"password": named(environment, PASSWORD, self._place, f"hay {KEY_FILE}", f"or {KEY_FILE}")}
        )
        for variable, path in ((KNOWN_HOSTS, known), (KEY_FILE, key)):
            if path and not Path(path).is_file():
                raise InboxFailed(
                    self._place, "not_configured", f"{variable} trỏ tới tệp không có", f"{variable} names no file"
                )
        with self._translated(self._place):
            self._files = _CheckedSFTP(
                parts.hostname,
                port=parts.port or 22,
                username=unquote(parts.username),
                known_hosts=known,
                # Only what the variables name: no key or agent that happens to be on this machine.
                allow_agent=False,
                look_for_keys=False,
                timeout=options.timeout_seconds,
                banner_timeout=options.timeout_seconds,
                auth_timeout=options.timeout_seconds,
                **secret,
            )

    @contextmanager
    def _translated(self, place: str) -> Iterator[None]:
        try:
            yield
        except _UnknownServer as error:
            raise InboxFailed(
                place, "login_refused",
                f"khóa của máy chủ không có trong tệp known_hosts ({KNOWN_HOSTS}); hãy hỏi người quản trị rồi thêm vào",
                f"the server's key is not in the known_hosts file ({KNOWN_HOSTS}): ask its keeper, then add it",
            ) from error  # fmt: skip
        except paramiko.BadHostKeyException as error:
            raise InboxFailed(
                place, "login_refused",
                "khóa của máy chủ khác khóa đã biết: có thể là máy chủ giả; không đăng nhập",
                "the server's key is not the known one: it may be another server; nothing was sent",
            ) from error  # fmt: skip
        except paramiko.AuthenticationException as error:
            raise InboxFailed(
                place, "login_refused", "máy chủ từ chối tên, mật khẩu hay khóa", "the server refuses the user or key"
            ) from error
        except FileNotFoundError as error:
            raise Gone(place) from error
        except PermissionError as error:
            raise InboxFailed(place, "rejected", "máy chủ không cho đọc", "the server forbids reading it") from error
        except (EOFError, OSError, paramiko.SSHException) as error:
            raise Lost(type(error).__name__) from error

    def listing(self) -> list[Found]:
        """Every file below the folder; links to files count, links to folders do not."""
        try:
            return list(self._below(self._root, 0))
        except Gone as error:
            raise InboxFailed(
                self._place, "rejected", "không có thư mục này trên máy chủ", "the server has no such folder"
            ) from error

    def _below(self, folder: PurePosixPath, depth: int) -> Iterator[Found]:
        with self._translated(self._place):
            entries = self._files.ls(str(folder), detail=True)
        for entry in sorted(entries, key=lambda entry: str(entry["name"])):
            path = folder / PurePosixPath(entry["name"]).name
            if entry["type"] == "directory" and depth < _DEEPEST:
                yield from self._below(path, depth + 1)
            elif entry["type"] != "directory":
                found = self._file(path)
                if found:
                    yield found

    def _file(self, path: PurePosixPath) -> Found | None:
        try:
            with self._translated(str(path)):
                status = self._files.ftp.stat(str(path))
        except Gone:
            return None  # taken away between the listing and this, or a link to nothing
        if not stat.S_ISREG(status.st_mode):
            return None
        return Found(str(path), str(path.relative_to(self._root)), _mark(status))

    def mark(self, found: Found) -> Mark:
        """How the file is now."""
        with self._translated(found.path):
            return _mark(self._files.ftp.stat(found.path))

    def copy(self, found: Found, target: Path) -> None:
        """The file's bytes, as many as it had when it was listed: one that grows has no end."""
        left = found.mark.size
        with self._translated(found.path), self._files.open(found.path, "rb") as remote, target.open("wb") as local:
            remote._prefetch_thread = _quiet(remote._prefetch_thread)
            remote.prefetch(left)
            while left and (piece := remote.read(min(left, _PIECE))):
                local.write(piece)
                left -= len(piece)
        if left:
            raise Lost("short")

    def close(self) -> None:
        """End the connection."""
        self._files.client.close()


def _quiet(asking: Callable[..., None]) -> Callable[..., None]:
    """paramiko asks ahead in a thread: when the line is lost, the reader says so, and the thread need not too."""

    def ask(*arguments: object) -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):
            asking(*arguments)

    return ask


def _mark(status: paramiko.SFTPAttributes) -> Mark:
    return Mark(int(status.st_size), int(status.st_mtime) * 1_000_000_000)
