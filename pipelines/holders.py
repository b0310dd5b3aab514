"""Who holds a home: one run at a time, and nothing held by the dead.

A process that was killed leaves three things behind: Dagster's pool slots, a run that looks alive, and perhaps a dbt
child that still writes. All three are cleared before a run; a holder that lives is named instead.
"""

import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pipelines.errors import HomeBusy
from pipelines.home import Home

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun

PROCESS_TAG = "langson/process"
TAKES_HOME = "langson/takes_home"
"""Tag of runs whose step asks for the home itself (`sole_use`): whoever holds it need not wait for them."""
LAUNCH_SECONDS = 180
"""How long a run may be starting before its process is known (dagster.yaml: start_timeout_seconds)."""


def process_stamp(pid: int) -> str | None:
    """host:pid:start time of a living process, None for a dead one; a pid used again has another start time."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] == "Z":
        return None
    return f"{socket.gethostname()}:{pid}:{fields[19]}"


def own_stamp() -> str:
    """This process, as it is written into the runs it starts."""
    return process_stamp(os.getpid()) or f"{socket.gethostname()}:{os.getpid()}:?"


@contextmanager
def sole_use(home: Home, what: str, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the home for one command; raises HomeBusy naming the living holder. The kernel frees it on any death."""
    home.root.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_seconds
    with (home.root / ".lock").open("a+", encoding="utf-8") as stream:
        while not _locked(stream):
            if time.monotonic() < deadline:
                time.sleep(0.5)
                continue
            stream.seek(0)
            holder = stream.read().strip() or "?"
            raise HomeBusy(
                f"{home.root} đang được dùng bởi {holder}; hãy đợi lệnh đó xong | {home.root} is in use by {holder}"
            )
        stream.seek(0)
        stream.truncate()
        stream.write(f"{what} (pid {os.getpid()})")
        stream.flush()
        yield


def _locked(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free_dead_runs(instance: "DagsterInstance") -> list[str]:
    """Free the slots and close the runs of processes that are gone; raises HomeBusy naming a living holder.

    The caller holds the home, so a living run that asks for it is waiting for the caller, or is the caller's own.
    """
    import dagster as dg

    storage = instance.event_log_storage
    unfinished = instance.get_runs(
        dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
        )
    )
    holding = {run_id for key in storage.get_concurrency_keys() for run_id in _holders(instance, key)}
    runs = {run.run_id: run for run in unfinished}
    for run_id in holding - runs.keys():
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            storage.free_concurrency_slots_for_run(run_id)
        else:
            runs[run_id] = run
    freed = []
    for run in runs.values():
        if living := _living_process(instance, run):
            if TAKES_HOME in run.tags:
                continue
            raise HomeBusy(
                f"lượt chạy {run.run_id[:8]} của tiến trình {living} chưa xong; hãy đợi hoặc dừng nó | "
                f"run {run.run_id[:8]} of process {living} is still going: wait for it or stop it"
            )
        instance.report_run_failed(run, "tiến trình đã mất | its process is gone")
        storage.free_concurrency_slots_for_run(run.run_id)
        freed.append(run.run_id)
    return freed


def _holders(instance: "DagsterInstance", key: str) -> set[str]:
    info = instance.event_log_storage.get_concurrency_info(key)
    return {slot.run_id for slot in info.claimed_slots} | {step.run_id for step in info.pending_steps}


def _living_process(instance: "DagsterInstance", run: "DagsterRun") -> str | None:
    """The pid of a run's process while it lives: by our own tag, else by what the engine logged when it started."""
    tag = run.tags.get(PROCESS_TAG)
    if tag:
        host, pid, _ = tag.split(":")
        if host != socket.gethostname():
            return f"{pid}@{host}"
        return pid if process_stamp(int(pid)) == tag else None
    starting = None
    for record in instance.all_logs(run.run_id):
        event = record.dagster_event
        if event is not None and event.event_type_value == "PIPELINE_STARTING":
            starting = record.timestamp
        if event is None or not event.is_engine_event:
            continue
        entry = event.engine_event_data.metadata.get("pid")
        if entry is not None and process_stamp(int(str(entry.value))):
            return str(entry.value)
    # Between the daemon's launch and the first word of the new process nothing names it.
    is_launching = run.status.value == "STARTING" and starting and time.time() - starting < LAUNCH_SECONDS
    return "(đang khởi động | starting)" if is_launching else None


def end_orphans(home: Home) -> list[int]:
    """End the dbt children a killed run left writing to this home's warehouse.

    Called only while the home is ours: whoever still has the warehouse open then has lost its parent.
    """
    ended = []
    targets = {str(home.warehouse), f"{home.warehouse}.wal"}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            opened = {str(entry.readlink()).removesuffix(" (deleted)") for entry in (folder / "fd").iterdir()}
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        if opened & targets and _is_orphan(folder):
            pid = int(folder.name)
            os.kill(pid, signal.SIGKILL)
            ended.append(pid)
    deadline = time.monotonic() + 5
    while any(process_stamp(pid) for pid in ended) and time.monotonic() < deadline:
        time.sleep(0.05)
    return ended


def _is_orphan(folder: Path) -> bool:
    """A dbt whose parent is not a Dagster or langson process any more."""
    try:
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
        parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
        parent_command = Path(f"/proc/{parent}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return b"dbt" in command and not any(name in parent_command for name in (b"langson", b"dagster"))


def bury_the_dead(home: Home, who: str) -> None:
    """Close the runs that a power cut left open: runs take turns, and the queue would wait for them for ever."""
    import dagster as dg

    try:
        with sole_use(home, who), dg.DagsterInstance.get() as instance:
            free_dead_runs(instance)
    except HomeBusy as error:
        print(error, file=sys.stderr, flush=True)
