"""`langson run`: takes the new deliveries in, and starts Dagster only when something changed."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sources.door.receipts import Receipt, read_receipts

from pipelines.automation.troubles import tell_failure, tell_outcome
from pipelines.errors import HomeBusy, LangsonError, NothingYet
from pipelines.files import read_json, write_json
from pipelines.holders import PROCESS_TAG, end_orphans, free_dead_runs, own_stamp, sole_use
from pipelines.home import Home
from pipelines.inputs import end_of_second, fingerprint, newest_moment
from pipelines.intake import Notes, Progress, months_of, take_in
from pipelines.outcome import REFUSED, Outcome, outcome_of
from pipelines.release.candidate import staged_candidate
from pipelines.release.gate import refused_checks
from pipelines.release.judgement import required_checks
from pipelines.release.store import Release, current_id, find_release, pinned, releases, verify
from pipelines.sandbox_step import make_sandbox

if TYPE_CHECKING:
    import dagster as dg


QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Everything is kept in Dagster's own log; the terminal is for the outcome."""


@dataclass(frozen=True)
class Request:
    """What the command line asked for."""

    home: Home
    inbox: Path | str | None = None
    """A folder, or an address that sources.transports.files knows."""
    source: str | None = None
    as_of: datetime | None = None
    """The second whose knowledge is wanted."""
    out: Path | None = None
    simulate: tuple[int | None, float | None, bool | None] | None = None
    """Seed, scale and dirt of the sandbox to deliver first; None when deliveries are real."""
    wait_seconds: float = 0
    """How long to wait for whoever works in the home."""
    by: Mapping[str, str] = field(default_factory=dict)
    """Tags for the runs of this command: who asked for it."""


def run(request: Request, say: Progress | None = None) -> Outcome:
    """One whole run; raises LangsonError when it cannot be done. Whoever is to be alerted is told of its end."""
    home = request.home
    with sole_use(home, "langson run", request.wait_seconds):
        if request.out is not None:
            return _rebuild(request, request.out.expanduser().resolve())
        home.enter()
        if request.simulate is not None:
            make_sandbox(home, *request.simulate, say=say)
            home.enter()
        try:
            outcome = _deliver(request, say)
        except (HomeBusy, NothingYet):
            raise
        except LangsonError as error:
            tell_failure(home, error)
            raise
        outcome.not_told = tell_outcome(home, outcome)
        return outcome


def _deliver(request: Request, say: Progress | None) -> Outcome:
    """Take in what is new and make a release of it."""
    home, notes = request.home, Notes()
    taken = take_in(home, _inbox(request), request.source, say, notes)
    as_of = _as_of(home, request.as_of)
    outcome = _run_if_changed(home, as_of, taken, request.by)
    outcome.tell(notes.waiting, notes.failed)
    return outcome


def _inbox(request: Request) -> Path | str | None:
    """Where files come from: what the command names, the sandbox's own inbox, or what LANGSON_INBOX names."""
    if request.inbox is not None:
        return request.inbox
    if (request.home.inbox / "manifest.json").exists():
        return request.home.inbox
    return os.environ.get("LANGSON_INBOX") or None


def _as_of(home: Home, asked: datetime | None) -> datetime:
    newest = newest_moment(home)
    if newest is None:
        raise NothingYet("chưa nhận được số liệu nào | nothing was received yet")
    published = find_release(home, None).as_of if current_id(home) else newest
    asked = asked and end_of_second(home, asked)
    if asked is not None and asked < max(newest, published):
        raise LangsonError(
            "--as-of sớm hơn số liệu mới nhất thì cần --out DIR | an --as-of before the newest delivery needs --out"
        )
    return asked or max(newest, published)


def _run_if_changed(home: Home, as_of: datetime, taken: list[Receipt], by: Mapping[str, str]) -> Outcome:
    inputs = fingerprint(home, as_of)
    last: Mapping[str, Any] = read_json(home.last_run) or {}
    simulated = home.origin() == "sandbox"
    if last.get("inputs") == inputs and _stands(home, last["release_id"]):
        release = home.releases / last["release_id"]
        said = "Không có gì mới; bản phát hành giữ nguyên. | Nothing new: no new release."
        return outcome_of(release, simulated, said, _held_by_pin(home, release.name))
    known = set(last.get("receipts", []))
    receipts = read_receipts(home.root)
    changed = [receipt for receipt in receipts if receipt.delivery_id not in known]
    parent = find_release(home, None) if current_id(home) else None
    before = {release.release_id for release in releases(home)}
    outcome = _execute(home, as_of, parent, changed, simulated, by)
    if outcome.release is not None:
        new = outcome.release.name not in before
        vi, en = ("Bản phát hành mới", "A new release") if new else ("Nội dung không đổi", "The content did not change")
        outcome.headline = f"{vi}: {outcome.release.name} | {en}; lượt nhận mới | new deliveries: {len(taken)}"
        write_json(
            home.last_run,
            {
                "inputs": inputs,
                "release_id": outcome.release.name,
                "receipts": sorted(receipt.delivery_id for receipt in receipts),
            },
        )
    return outcome


def _stands(home: Home, release_id: str) -> bool:
    """Whether that release is there, and current is it (or is pinned elsewhere by a person)."""
    if not (home.releases / release_id).is_dir():
        return False
    return current_id(home) == release_id or pinned(home) is not None


def _held_by_pin(home: Home, release_id: str) -> str | None:
    pin = pinned(home)
    return str(pin["release_id"]) if pin and pin["release_id"] != release_id else None


def _rebuild(request: Request, out: Path) -> Outcome:
    """Build another moment, or the same one again, in a folder of its own that reads the home's landing."""
    home = request.home
    newest = newest_moment(home)
    if newest is None:
        raise NothingYet("chưa nhận được số liệu nào | nothing was received yet")
    as_of = end_of_second(home, request.as_of) if request.as_of else newest
    with _beside(home, out) as place:
        outcome = _execute(place, as_of, _parent_at(home, as_of), [], home.origin() == "sandbox")
    outcome.headline = f"Dựng lại tại {out}, bản hiện hành không đổi | Rebuilt in {out}; current did not move"
    return outcome


@contextmanager
def _beside(home: Home, out: Path) -> Iterator[Home]:
    """A home of its own that reads another's landing, entered and empty."""
    if out == home.root or home.root in out.parents or out in home.root.parents:
        raise LangsonError("--out phải nằm ngoài kho này | --out must lie outside the home")
    place = Home(out)
    if out.exists() and any(out.iterdir()) and not place.landing.is_symlink():
        raise LangsonError(f"{out} không trống | {out} is not empty")
    place.enter()
    if not place.landing.is_symlink():
        place.landing.symlink_to(home.landing)
    with sole_use(place, "langson run --out"):
        # A rebuild stands alone: what an earlier one left in this folder is no parent of it.
        shutil.rmtree(place.releases)
        place.enter()
        yield place


def verify_seal(home: Home, release: Release) -> list[str]:
    """Make a sealed release's content again from the landing; what is not as it was, a sentence each."""
    from pipelines.release.seal import differences, facts_of, parent_of_seal, sealed_decisions, unlike

    facts_of(release)
    problems = differences(home, release)
    if problems:
        return problems
    with (
        tempfile.TemporaryDirectory(prefix="langson-verify-") as folder,
        sealed_decisions(release),
        _beside(home, Path(folder)) as place,
    ):
        # The content is in the candidate; what is written of it and shown says when and by what it was made.
        result = _materialize(place, release.as_of, parent_of_seal(release), [], behind_gate=False)
        if _failed_steps(result) - {"gate"}:
            raise LangsonError(f"không dựng lại được: {'; '.join(_errors(result))} | it could not be made again")
        return unlike(release, staged_candidate(place).path)


def _parent_at(home: Home, as_of: datetime) -> Release | None:
    """The parent that a release of that moment had, or would have had: so the same question has the same answer."""
    same = [release for release in releases(home) if release.as_of == as_of]
    if same:
        return find_release(home, same[-1].parent) if same[-1].parent else None
    earlier = [release for release in releases(home) if release.as_of < as_of]
    return earlier[-1] if earlier else None


def _execute(
    home: Home,
    as_of: datetime,
    parent: Release | None,
    changed: list[Receipt],
    simulated: bool,
    by: Mapping[str, str] = MappingProxyType({}),
) -> Outcome:
    """Make a release of what changed, and tell how it ended."""
    return _outcome(home, _materialize(home, as_of, parent, changed, by), simulated)


def _materialize(
    home: Home,
    as_of: datetime,
    parent: Release | None,
    changed: list[Receipt],
    by: Mapping[str, str] = MappingProxyType({}),
    behind_gate: bool = True,
) -> "dg.ExecuteInProcessResult":
    """Run the job for the changed datasets and months, then everything after the landing, or up to the gate."""
    import dagster as dg
    from dagster._core.storage.tags import MAX_RETRIES_TAG

    from pipelines.assets.definitions_asset import AS_OF_TAG, PARENT_TAG
    from pipelines.assets.raw import INTAKE_DONE, months, raw_key
    from pipelines.assets.release import BEHIND_GATE
    from pipelines.definitions import defs
    from pipelines.jobs import MAIN

    job = defs.resolve_job_def(MAIN)
    all_keys = set(job.asset_layer.executable_asset_keys)
    left_out = set() if behind_gate else BEHIND_GATE
    after = {key for key in all_keys if key.path[0] != "landing"} - left_out
    touched = months_of(changed)
    # A window that reaches beyond the months Dagster knows still lands; it only has no partition to show.
    shown = set(months().get_partition_keys())
    groups = month_groups({raw_key(*name): found & shown for name, found in touched.items()})
    # A run in this process is nobody else's to start again.
    tags = {**by, PROCESS_TAG: own_stamp(), INTAKE_DONE: "done", AS_OF_TAG: as_of.isoformat(), MAX_RETRIES_TAG: "0"}
    if parent:
        tags[PARENT_TAG] = str(parent.path)
    # What dbt prints goes to a file: the terminal is for the outcome.
    log = (home.root / "logs" / "run.log").open("w", encoding="utf-8")
    with log, redirect_stdout(log), dg.DagsterInstance.get() as instance:
        free_dead_runs(instance)
        end_orphans(home)
        for first, last, keys in groups[:-1]:
            _step(job, instance, keys, {**tags, **range_tags(first, last)})
        selection, last_tags = after, tags
        if groups:
            first, last, keys = groups[-1]
            selection, last_tags = after | keys, {**tags, **range_tags(first, last)}
        return job.execute_in_process(
            instance=instance, asset_selection=sorted(selection), tags=last_tags, raise_on_error=False, run_config=QUIET
        )


def _step(
    job: "dg.JobDefinition", instance: "dg.DagsterInstance", keys: set["dg.AssetKey"], tags: dict[str, str]
) -> None:
    job.execute_in_process(
        instance=instance, asset_selection=sorted(keys), tags=tags, raise_on_error=True, run_config=QUIET
    )


def range_tags(first: str, last: str) -> dict[str, str]:
    """The tags by which Dagster knows a run's months."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def month_groups(touched: Mapping["dg.AssetKey", set[str]]) -> list[tuple[str, str, set["dg.AssetKey"]]]:
    """Runs of neighbouring months with the assets that changed in any of them, the latest last."""
    groups: list[tuple[str, str, set[dg.AssetKey]]] = []
    for month in sorted({month for months in touched.values() for month in months}):
        keys = {key for key, months in touched.items() if month in months}
        if groups and _next(groups[-1][1]) == month:
            first, _, before = groups[-1]
            groups[-1] = (first, month, before | keys)
        else:
            groups.append((month, month, keys))
    return groups


def _next(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _outcome(home: Home, result: "dg.ExecuteInProcessResult", simulated: bool) -> Outcome:
    """Read what the run really did: a green run without a release is no success."""
    if result.success:
        published = result.asset_materializations_for_node("release")
        if not published:
            # A step skipped for want of its inputs leaves Dagster's job green.
            raise LangsonError("lượt chạy không tạo ra bản phát hành | the run made no release")
        metadata = published[0].metadata
        release = home.releases / str(metadata["release_id"].value)
        problems = verify(home, release.name, required_checks())
        if problems:
            raise LangsonError(f"bản phát hành hỏng: {'; '.join(problems)} | the release is damaged")
        pinned_to = str(metadata["pinned_to"].value) or None
        if pinned_to is None and current_id(home) != release.name:
            raise LangsonError("current không trỏ tới bản mới | current does not point at the new release")
        return outcome_of(release, simulated, "", pinned_to)
    failed = refused_checks(home)
    if failed and _failed_steps(result) <= {"gate"}:
        said = "Cổng kiểm tra từ chối bản dự thảo; current giữ nguyên. | The candidate was refused: current stays."
        return Outcome(REFUSED, said, None, simulated, gate=failed)
    raise LangsonError("lượt chạy hỏng: " + "; ".join(_errors(result)) + " | the run failed")


def _failed_steps(result: "dg.ExecuteInProcessResult") -> set[str]:
    return {str(event.step_key) for event in result.all_events if event.is_step_failure}


def _errors(result: "dg.ExecuteInProcessResult") -> list[str]:
    """What each failed step said, without its traceback."""
    said = []
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            failure = data.user_failure_data
            text = failure.description if failure and failure.description else None
            error = data.error.cause if data.error and data.error.cause else data.error
            said.append(f"{event.step_key}: {(text or (error.message if error else '')).strip()[:1500]}")
    return said or ["không rõ bước nào | no step told why"]
