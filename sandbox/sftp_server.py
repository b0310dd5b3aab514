"""A real SFTP server on loopback, with the moods of a bad line: how senders leave files without a share."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

USER, PASSWORD = "so_tttt", "mật-khẩu-canary-7Q"


class SftpServer:
    """The server's folder, its keys, and what it does to whoever reads."""

    def __init__(self, folder: Path, inbox: Path | None = None) -> None:
        self.root = inbox.parent if inbox else folder / "root"
        self.root.mkdir(parents=True, exist_ok=True)
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.client_key = asyncssh.generate_private_key("ssh-ed25519")
        self.key_file = folder / "client_key"
        self.client_key.write_private_key(str(self.key_file))
        self.known_hosts = folder / "known_hosts"
        self.losses = 0
        """How many more reads end in a lost connection."""
        self.reads = 0
        self.opened_for_writing: list[str] = []
        self.grow: Path | None = None
        """A file that is written to whenever it is read."""
        self.port = 0

    def trust(self, key: asyncssh.SSHKey | None = None) -> None:
        """Write the server's key (or another's) as the one that is known."""
        public = (key or self.host_key).export_public_key().decode().strip()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {public}\n")

    @property
    def address(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/inbox"

    def put(self, name: str, data: bytes) -> Path:
        path = self.root / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


def _files_of(server: SftpServer) -> type[asyncssh.SFTPServer]:
    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: asyncssh.SSHServerChannel) -> None:
            self._is_lost = False
            self._connection = chan.get_connection()
            super().__init__(chan, chroot=str(server.root).encode())

        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            if pflags != asyncssh.FXF_READ:
                server.opened_for_writing.append(path.decode())
            return super().open(path, pflags, attrs)

        def read(self, file_obj: object, offset: int, size: int) -> bytes:
            server.reads += 1
            if self._is_lost:
                return b""
            if server.losses and offset:
                server.losses -= 1
                self._is_lost = True
                self._connection.abort()
                return b""
            if server.grow is not None:
                with server.grow.open("ab") as handle:
                    handle.write(b"more\n")
            return super().read(file_obj, offset, size)

    return Files


@contextmanager
def serve(folder: Path, inbox: Path | None = None, password: str = PASSWORD) -> Iterator[SftpServer]:
    """The server, running in a thread of its own until the block ends; `folder` takes its keys.

    It shows the folder that holds `inbox`, or one of its own.
    """
    server = SftpServer(folder, inbox)

    right_password = password

    class Login(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, right_password)

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == USER and key.public_data == server.client_key.public_data

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Login, "127.0.0.1", 0, server_host_keys=[server.host_key], sftp_factory=_files_of(server)
        )

    acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    server.port = acceptor.get_port()
    server.trust()
    try:
        yield server
    finally:

        async def stop() -> None:
            acceptor.close()
            await acceptor.wait_closed()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
