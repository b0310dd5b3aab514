"""`make replay`: two years day by day, under a simulated clock and with systems that are down for days.

Each day what came that day is taken in: files, answers of the simulated platforms and of the simulated database. What a
system that was down did not give is asked for again the next day. At the ends of months the product is run as on any
other day. At the end every count must be the truth; of each release on the way, every count whose deliveries had all
come by then; and the release of an earlier day must come out again, byte for byte, when its moment is asked for half
a year later. Releases are compared and made again in a process beside, while the days go on.
"""

import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from pipelines.home import Home
from pipelines.intake import Notes, take_in
from pipelines.release.marts import AFTER_GATE
from pipelines.run import Request, run
from pipelines.sandbox_step import make_sandbox, serving
from publishing.tables import table_of
from sandbox.frame import Settings
from sandbox.known import known_by
from sources.registry import contracts
from tests.conftest import ROOT, SCALE

HOME = ROOT / "data" / "replay"
SEED = 77
"""The dirty province that `make test` publishes is of another seed."""
OUTAGES = (
    (date(2021, 11, 3), date(2021, 11, 9)),
    (date(2022, 3, 2), date(2022, 3, 11)),
    (date(2022, 7, 1), date(2022, 7, 16)),
    (date(2022, 11, 4), date(2022, 11, 6)),
)
"""First and last days on which no platform and no database answers."""
RELEASES = (date(2022, 2, 28), date(2022, 6, 30), date(2022, 9, 30), date(2022, 12, 31), date(2023, 1, 31))
"""The evenings on which the product is run; on every other day deliveries are only taken in."""
AGAIN, ASKED = date(2022, 6, 30), date(2022, 12, 31)
"""The evening that is asked for again, and the one after whose release it is."""
SPEAKS_OF_EARLIER = {"reporting_system": 31}
"""Days before its window that a delivery may speak of: a report due in January is about December or its quarter."""


@dataclass
class Told:
    """What the replay tells at its end: each release's id and comparison by its day, and what went wrong."""

    days: int = 0
    missed: int = 0
    releases: dict[date, str] = field(default_factory=dict)
    compared: dict[date, "Future[Compared]"] = field(default_factory=dict)
    same_again: "Future[bool] | None" = None


@dataclass(frozen=True)
class Compared:
    """How many counts of a release were compared with the truth, and a line for each that is not the truth."""

    counts: int
    wrong: list[str]


def entry_day(entry: dict[str, Any]) -> date:
    return datetime.fromisoformat(entry["received_at"]).date()


def is_down(day: date) -> bool:
    return any(first <= day <= last for first, last in OUTAGES)


def days(entries: list[dict[str, Any]]) -> Iterator[date]:
    """From the first delivery to the last evening."""
    day = min(map(entry_day, entries))
    while day <= RELEASES[-1]:
        yield day
        day += timedelta(days=1)


def postponed(entry: dict[str, Any], day: date) -> dict[str, Any]:
    """A delivery that was not to be had, for the next day at the same hour."""
    moment = datetime.fromisoformat(entry["received_at"])
    later = datetime.combine(day + timedelta(days=1), moment.time())
    since = entry.get("there_since", entry["received_at"])
    return entry | {"received_at": later.isoformat(timespec="seconds"), "there_since": since}


def newest_of_each_window(entries: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """Of the answers that had come by a day, the newest of each window: who asks after an outage gets no older one."""
    found: dict[str, dict[str, Any]] = {}
    there = [entry for entry in entries if entry_day(entry) <= day]
    for entry in sorted(there, key=lambda one: str(one.get("there_since", one["received_at"]))):
        found[entry["path"].split("/")[0] + json.dumps(entry["served"], sort_keys=True)] = entry
    return list(found.values())


def replay(home: Home, told: Told, beside: ProcessPoolExecutor) -> None:
    """Go through the days, and have each release compared by a process beside."""
    manifest_file = home.inbox / "manifest.json"
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    waiting: list[dict[str, Any]] = manifest["deliveries"]
    everything = {entry["path"] for entry in waiting}
    fetched = {entry["path"].split("/")[0] for entry in waiting if "served" in entry}
    with serving(home, fetched) as servers:
        for day in days(waiting):
            today = [entry for entry in waiting if entry_day(entry) <= day]
            served = newest_of_each_window([entry for entry in today if "served" in entry], day)
            today = [entry for entry in today if "served" not in entry] + served
            if today:
                waiting = [entry for entry in waiting if entry_day(entry) > day]
                manifest_file.write_text(json.dumps(manifest | {"deliveries": today}), encoding="utf-8")
                notes = Notes()
                servers.set_down(is_down(day))
                take_in(home, home.inbox, notes=notes, servers=servers)
                if notes.failed:
                    # Only when everything that is fetched was down: then all of it is asked for again.
                    missed = [entry for entry in today if "served" in entry]
                    assert len(missed) == len(notes.failed), notes.failed
                    told.missed += len(missed)
                    waiting += [postponed(entry, day) for entry in missed]
            told.days += 1
            if day in RELEASES:
                outcome = run(Request(home))
                assert outcome.release is not None and outcome.exit_code in (0, 3), outcome
                told.releases[day] = outcome.release.name
                came = everything - {entry["path"] for entry in waiting}
                told.compared[day] = beside.submit(compared, home.root, outcome.release.name, list(waiting), came)
                print(f"{day:%d/%m/%Y}: {outcome.release.name}", flush=True)
            if day == ASKED:
                told.same_again = beside.submit(is_same_again, snapshot(home), told.releases[AGAIN])


def pending(waiting: list[dict[str, Any]]) -> dict[str, date]:
    """By source, the first day that anything still to come may speak of."""
    found: dict[str, date] = {}
    for entry in waiting:
        source = entry["path"].split("/")[0]
        start = date.fromisoformat(entry["served"]["start"]) if "served" in entry else window_start(entry["path"])
        if start != date.min:
            start -= timedelta(days=SPEAKS_OF_EARLIER.get(source, 0))
        found[source] = min(found.get(source, start), start)
    return found


def window_start(path: str) -> date:
    """The first day that a file's name speaks of; of one that names none, the first of all days."""
    from sources.door.window import window_in_name

    source, _, name = path.partition("/")
    snapshots = all(dataset.kind == "snapshot" for dataset in contracts()[source].datasets.values())
    window = window_in_name(name, snapshots)
    return window.start if window else date.min


def compared(root: Path, release_id: str, waiting: list[dict[str, Any]], came: set[str]) -> Compared:
    """The counts of a release beside the truth as known then, of months whose deliveries had all come."""
    measures = yaml.safe_load((ROOT / "indicators" / "measures.yml").read_text(encoding="utf-8"))
    still = pending(waiting)
    first_open = {
        code: min(
            (
                still.get(name, date.max)
                for name in {measure["source"], *(dataset.split(".")[0] for dataset in measure.get("datasets", []))}
            ),
        )
        for code, measure in measures.items()
    }
    folder = Home(root).releases / release_id / "parquet"
    with duckdb.connect() as engine:
        engine.execute("create table open (measure_code varchar, first_open date)")
        engine.executemany("insert into open values (?, ?)", list(first_open.items()))
        # What could be known then of things that change after their month; of all others there is one truth.
        then = known_by(Settings(seed=SEED, scale=float(SCALE), dirt=True), came)
        engine.register("known_then", pa.Table.from_pylist([value._asdict() for value in then]))
        rows = engine.execute(
            f"""
            with published as (
                select measure_code, tier, unit_code, period_start, value_month, value_to_date
                from read_parquet('{folder}/fct_measure_value.parquet')
            ), months as (select distinct period_start from published),
            truth as (
                select measure_code, tier, unit_code, period_start, value_month, value_to_date
                from (
                    from known_then
                    union all by name
                    from read_parquet('{root}/truth/known_truth.parquet')
                    where measure_code not in (select measure_code from known_then)
                )
                semi join months using (period_start)
            )
            select measure_code, tier, unit_code, period_start, truth.value_month, published.value_month,
                truth.value_to_date, published.value_to_date
            from published full join truth using (measure_code, tier, unit_code, period_start)
            join open using (measure_code)
            where last_day(period_start) < first_open
                and (coalesce(truth.value_month, 0) <> coalesce(published.value_month, 0)
                    or coalesce(truth.value_to_date, 0) <> coalesce(published.value_to_date, 0))
            order by all"""
        ).fetchall()
        counts = engine.execute(
            f"select count(*) from read_parquet('{folder}/fct_measure_value.parquet') join open using (measure_code) "
            "where last_day(period_start) < first_open"
        ).fetchall()[0][0]
    return Compared(counts, [" | ".join(map(str, row)) for row in rows])


def snapshot(home: Home) -> Home:
    """The landing as it is now in a home of its own: every file is a link, for files are only replaced as a whole."""
    place = Home(home.root.with_name("replay-snapshot"))
    shutil.rmtree(place.root, ignore_errors=True)
    shutil.copytree(home.landing, place.landing, copy_function=os.link)
    place.releases.symlink_to(home.releases)
    return place


def is_same_again(home: Home, release_id: str) -> bool:
    """Whether an earlier release comes out byte for byte when its moment is asked for."""
    kept = home.releases / release_id
    as_of = duckdb.sql(f"select as_of from read_parquet('{kept}/parquet/release_info.parquet')").fetchall()[0][0]
    out = home.root.with_name("replay-again")
    shutil.rmtree(out, ignore_errors=True)
    outcome = run(Request(home, as_of=as_of, out=out))
    assert outcome.release is not None
    same = outcome.release.name == release_id and all(
        (outcome.release / kind / path.name).read_bytes() == path.read_bytes()
        for kind in ("parquet", "csv")
        for path in (kept / kind).iterdir()
        if table_of(path) not in AFTER_GATE
    )
    shutil.rmtree(out)
    shutil.rmtree(home.root)
    return same


def main() -> int:
    """Run the whole replay; gives the number of things that were not as they must be."""
    started = time.monotonic()
    shutil.rmtree(HOME, ignore_errors=True)
    home = Home(HOME)
    home.enter()
    make_sandbox(home, SEED, float(SCALE), True)
    told, kinds = Told(), Counter[str]()
    with ProcessPoolExecutor(1, get_context("spawn")) as beside:
        replay(home, told, beside)
        print(f"{told.days} ngày | days; {told.missed} lần không lấy được rồi lấy lại | pulls that failed, came later")
        for day, found in told.compared.items():
            counts, wrong = found.result().counts, found.result().wrong
            print(f"  {told.releases[day]}: {counts} số đã đủ nguồn, {len(wrong)} khác sự thật | counts, wrong")
            for line in wrong:
                kinds[line.split(" | ")[0]] += 1
                if kinds.total() <= 40:
                    print(f"    {day:%d/%m/%Y} {line}")
        problems = kinds.total()
        if told.missed == 0:
            print("không lần nào hỏng: phép thử không thử gì | nothing was ever down: the replay shows nothing")
            problems += 1
        if told.same_again is None or not told.same_again.result():
            print(f"bản {told.releases[AGAIN]} dựng lại không giống | was not made again the same")
            problems += 1
    if not problems:
        shutil.rmtree(HOME)
    minutes = (time.monotonic() - started) / 60
    print(f"{problems} sai | wrong; {minutes:.1f} phút | minutes", *sorted(kinds.items()))
    return problems


if __name__ == "__main__":
    os.environ.pop("LANGSON_HOME", None)
    sys.exit(1 if main() else 0)
