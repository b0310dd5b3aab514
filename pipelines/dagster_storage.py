"""Dagster's own SQLite storage with its connections kept open.

Dagster 1.13 makes an engine and a connection for every event it writes, and SQLite folds its log into the file each
time the last connection closes: more than a third of a run with 1,300 partitions. What is stored, and where, is
Dagster's; here is only how its files are reached.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
    _schedule_directory,
)
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

MOST_SHARDS = 4
"""Event logs of so many runs stay open: a daemon sees thousands of runs."""


def kept_engine(address: str) -> Engine:
    """An engine that keeps its connections. A power cut may cost the last events of the log, never its soundness."""
    engine = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def _wait_for_no_disk(connection: Any, _: Any) -> None:
        # With a write-ahead log, NORMAL is safe against corruption and needs no fsync at each commit.
        connection.execute("pragma synchronous = normal")

    return engine


class KeptEventLogStorage(SqliteEventLogStorage):
    """The event log: one file for each run, and the index of them all."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        """The shard's engine, the newest last; the oldest run's is closed when there are too many."""
        engine = self._engines.pop(shard, None) or kept_engine(self.conn_string_for_shard(shard))
        self._engines[shard] = engine
        runs = [name for name in self._engines if name != INDEX_SHARD_NAME]
        for name in runs[:-MOST_SHARDS]:
            self._engines.pop(name).dispose()
        return engine

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def wipe(self) -> None:
        # Files go away under their connections.
        self._close()
        super().wipe()

    def dispose(self) -> None:
        super().dispose()
        self._close()


class KeptRunStorage(SqliteRunStorage):
    """The list of runs."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engine = kept_engine(conn_string)
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        super().dispose()
        self._engine.dispose()


class KeptSqliteStorage(DagsterSqliteStorage):
    """`storage: custom` of dagster.yaml: Dagster's files at Dagster's places."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # Not the parent's: it would open the files its own way first.
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]
        self.base_dir = base_dir
        self._inst_data = inst_data
        self._run_storage = KeptRunStorage.from_local(_runs_directory(base_dir))
        self._event_log_storage = KeptEventLogStorage(_event_logs_directory(base_dir))
        self._schedule_storage = SqliteScheduleStorage.from_local(_schedule_directory(base_dir))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> "KeptSqliteStorage":
        return cls.from_local(inst_data=inst_data, **config_value)
