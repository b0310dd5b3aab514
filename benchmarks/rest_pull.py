"""Times fetching one window of 100,000 records in pages of 1,000, beside the plain loop that people write.

Both ask the same real server on loopback, in turn, each in a process of its own; the loop holds everything in memory,
believes every page and writes what it was given. Rows per second by the clock, and the most memory each process held.

Run: ``python -m benchmarks.rest_pull [records]``. Exits 1 when ours is slower or larger than promised.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROMISED_SHARE = 0.35
"""The loop's processor seconds against ours (2026-11): sorting, hashing and adding up cost as much again as parsing.
Not by the clock, which other work on the machine moves."""
PROMISED_MEGABYTES = 160
_PAGE = 1_000
_ROUNDS = 2


def write_home(home: Path, records: int) -> None:
    """A sandbox's home in which the border gate has one window of so many declarations."""
    rows = [
        {
            "id": f"{number:08x}-0000-4000-8000-{number:012x}",
            "numberOfDeclaration": f"202203{number % 28 + 1:02d}{number:06d}",
            "createDate": f"2022-03-{number % 28 + 1:02d}T08:{number % 60:02d}:00.250000",
            "updateDate": f"2022-03-{number % 28 + 1:02d}T09:{number % 60:02d}:00.250000",
            "type": number % 2,
            "isFinish": False,
            "gate": {"id": "1", "code": "TT", "name": "Tân Thanh"},
            "company": {"code": f"CPN49{number:08d}", "taxCode": f"49{number:08d}", "name": f"Công ty {number}\t\t"},
            "registrationTransportGoods": [
                {"id": f"{number:08x}", "companyTaxCode": f"49{number:08d}", "numberHQ": f"{number:012d}"}
            ],
            "registrationTransportDetails": [{"licencePlate": f"99X{number:06d}", "weight": 125.5}],
        }
        for number in range(records)
    ]  # fmt: skip
    served = home / "served" / "border_gate" / "answer.json"
    served.parent.mkdir(parents=True)
    served.write_text(json.dumps({"data": {"listData": rows}}, ensure_ascii=False), encoding="utf-8")
    window = {"dataset": "platform_declarations", "part": "-", "start": "2022-03-01", "end": "2022-03-31"}
    entry = {"path": "border_gate/answer.json", "received_at": "2022-04-03T08:40:00", "served": window}
    (home / "inbox").mkdir()
    (home / "inbox" / "manifest.json").write_text(json.dumps({"deliveries": [entry]}), encoding="utf-8")


def fetch_ours(folder: Path) -> int:
    """The transport, with the contract's own pull but for the page's size and the pace."""
    from datetime import date

    from sources.door.window import Window
    from sources.registry import contracts
    from sources.transports.base import Ask
    from sources.transports.rest import pull_rest

    pull = contracts()["border_gate"].datasets["platform_declarations"].pull
    assert pull is not None and pull.rest is not None
    paging = pull.rest.paging.model_copy(update={"size": _PAGE})
    how = pull.rest.model_copy(update={"paging": paging, "requests_per_second": 1e6})
    ask = Ask("border_gate", "platform_declarations", "-", Window(date(2022, 3, 1), date(2022, 3, 31)))
    return pull_rest(ask, how, os.environ, folder).rows


def fetch_plainly(folder: Path) -> int:
    """Log in, ask page after page until the last, write everything."""
    import httpx

    name = "LANGSON_BORDER_GATE"
    login = {"username": os.environ[f"{name}_USER"], "password": os.environ[f"{name}_PASSWORD"]}
    rows = []
    with httpx.Client(base_url=os.environ[f"{name}_URL"], timeout=30) as client:
        token = client.post("api/user/authentication", json=login).json()["data"]["token"]
        page, pages = 1, 1
        while page <= pages:
            query = {"fromDate": "2022-03-01", "toDate": "2022-03-31", "pageNumber": page, "pageSize": _PAGE}
            answer = client.get(
                "api/registration-transport/get-all-regtrans-v2",
                params=query,
                headers={"Authorization": f"Bearer {token}"},
            )
            data = answer.raise_for_status().json()["data"]
            rows += data["listData"]
            page, pages = page + 1, data["totalPage"]
    (folder / "rows.json").write_text(json.dumps({"data": rows}, ensure_ascii=False), encoding="utf-8")
    return len(rows)


FETCHERS: dict[str, Callable[[Path], int]] = {"pull_rest": fetch_ours, "httpx loop": fetch_plainly}


def measured(name: str) -> None:
    """In a process of its own: fetch once, tell rows, seconds, processor seconds and the most memory held."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        rows = FETCHERS[name](Path(folder))
        seconds = time.perf_counter() - started
    print(json.dumps([rows, seconds, time.process_time(), _peak_megabytes()]))


def _peak_megabytes() -> float:
    """The kernel's own mark: what getrusage tells of a child begins with what its parent held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def main() -> None:
    """Both in turn, so that a busy moment of the machine meets both; the best of each."""
    if len(sys.argv) > 2:
        measured(sys.argv[2])
        return
    from sandbox.http_server import SandboxServer

    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    best: dict[str, tuple[float, float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        write_home(Path(folder), records)
        size = (Path(folder) / "served/border_gate/answer.json").stat().st_size
        print(f"{records} records, {size / 2**20:.0f} MB, in pages of {_PAGE}")
        with SandboxServer(Path(folder)) as server:
            for _ in range(_ROUNDS):
                for name in FETCHERS:
                    command = [sys.executable, "-m", "benchmarks.rest_pull", str(records), name]
                    done = subprocess.run(
                        command, env={**os.environ, **server.environment()}, capture_output=True, text=True, check=True
                    )
                    rows, seconds, processor, megabytes = json.loads(done.stdout)
                    if rows != records:
                        raise SystemExit(f"{name} brought {rows} records")
                    known = best.get(name, (seconds, processor, megabytes))
                    best[name] = (min(known[0], seconds), min(known[1], processor), max(known[2], megabytes))
    for name, (seconds, processor, megabytes) in best.items():
        print(
            f"{name:<12} {seconds:6.2f} s {records / seconds:7.0f} rows/s, {processor:5.2f} processor seconds, "
            f"{megabytes:4.0f} MB (best of {_ROUNDS})"
        )
    share, memory = best["httpx loop"][1] / best["pull_rest"][1], best["pull_rest"][2]
    print(f"the loop's processor seconds are {share:.2f} of ours (promised {PROMISED_SHARE})")
    print(f"memory {memory:.0f} MB (promised {PROMISED_MEGABYTES})")
    if share < PROMISED_SHARE or memory > PROMISED_MEGABYTES:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
