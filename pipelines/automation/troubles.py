"""What is wrong in a home right now, as troubles to tell: after a run, from the schedule, or when a run failed."""

from collections.abc import Iterator
from pathlib import Path

from sources.door.receipts import Receipt, read_receipts

from pipelines.automation.alerts import Trouble, addresses, tell
from pipelines.automation.causes import CAUSES
from pipelines.automation.lateness import late_parts, moment_of
from pipelines.errors import InboxUnreachable
from pipelines.files import read_json
from pipelines.home import Home
from pipelines.outcome import Outcome, held_values
from pipelines.release.gate import refused_checks
from pipelines.release.store import current_id, find_release

OF_ONE_RUN = frozenset({"run_crashed", "inbox_unreachable", "candidate_refused"})
"""Causes that only the end of a run can tell, and the next good run ends."""


def tell_outcome(home: Home, outcome: Outcome) -> list[str]:
    """Tell what a run left: everything that is wrong now, and what no longer is."""
    if not addresses():
        return []
    present = [*standing_troubles(home), *_not_fetched(home, outcome)]
    if outcome.gate:
        present.append(_candidate(outcome.gate))
    return tell(home, present)


def tell_gate(home: Home) -> list[str]:
    """Tell that the gate refused the candidate that lies there."""
    return tell(home, [_candidate(refused_checks(home))], {"candidate_refused"})


def _candidate(refused: list[str]) -> Trouble:
    return Trouble("candidate_refused", "bản dự thảo | the candidate", "; ".join(refused)[:1500])


def tell_failure(home: Home, error: Exception, run_id: str = "") -> list[str]:
    """Tell that a run could not be done; what else is wrong is left as it was told."""
    code = "inbox_unreachable" if isinstance(error, InboxUnreachable) else "run_crashed"
    named = f"lượt chạy | run {run_id[:8]}" if run_id else "langson run"
    # The same failure again is the same trouble, whichever run it ended.
    trouble = Trouble(code, named if code == "run_crashed" else "LANGSON_INBOX", str(error)[:1500], key=code)
    return tell(home, [trouble], {code})


def tell_standing(home: Home) -> list[str]:
    """Tell what time alone brings, and everything else that can be seen without a run."""
    return tell(home, list(standing_troubles(home)), CAUSES.keys() - OF_ONE_RUN - {"inbox_file_failed"})


def standing_troubles(home: Home) -> Iterator[Trouble]:
    """What can be seen in the home itself."""
    yield from refusals(read_receipts(home.root))
    yield from _late(home)
    yield from missed_pulls(home)
    if current_id(home):
        release = find_release(home, None).path
        for value in held_values(release):
            what, _, reason = value.partition(": ")
            yield Trouble("value_held", what, reason)
        yield from _stale_corrections(release)


def refusals(receipts: list[Receipt]) -> list[Trouble]:
    """Refused deliveries that nothing made up for since."""
    return [
        Trouble(
            "delivery_refused",
            f"{receipt.source_code}/{receipt.file_name} ({receipt.delivery_id}, {receipt.received_at:%d/%m/%Y %H:%M})",
            receipt.reason,
            key=receipt.delivery_id,
        )
        for receipt in receipts
        if receipt.outcome == "refused" and not any(_makes_up(later, receipt) for later in receipts)
    ]


def _makes_up(later: Receipt, refused: Receipt) -> bool:
    if later.outcome == "refused" or later.source_code != refused.source_code:
        return False
    same = later.place == refused.place if refused.window_end else later.file_name == refused.file_name
    return same and later.received_at >= refused.received_at


def _late(home: Home) -> Iterator[Trouble]:
    for (source_code, dataset), late in late_parts(home, moment_of(home)).items():
        shown = "; ".join(map(str, late[:10])) + (f"; … ({len(late)} nơi | senders)" if len(late) > 10 else "")
        yield Trouble("delivery_late", f"{source_code}.{dataset}", shown)


def missed_pulls(home: Home) -> Iterator[Trouble]:
    """Windows that could not be fetched: one trouble for a dataset and cause, however many windows wait."""
    waiting: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for ask, told in (read_json(home.pulls) or {}).items():
        name = ask.split(" ")[0]
        waiting.setdefault((name, told["cause"]), []).append((ask, f"{told['vi']} | {told['en']}"))
    for (name, cause), asks in waiting.items():
        reason = f"{asks[0][1]} ({asks[0][0]}" + (f" … {len(asks)} kỳ | windows)" if len(asks) > 1 else ")")
        yield Trouble(f"pull_{cause}", name, reason)


def _not_fetched(home: Home, outcome: Outcome) -> Iterator[Trouble]:
    """Files of the inbox that could not be had; a failed pull is told by its own cause."""
    pulls = tuple(f"{ask}: " for ask in read_json(home.pulls) or {})
    for told in outcome.not_fetched:
        if not (pulls and told.startswith(pulls)):
            place, _, reason = told.partition(": ")
            yield Trouble("inbox_file_failed", place, reason)


def _stale_corrections(release: Path) -> Iterator[Trouble]:
    import duckdb

    rows = duckdb.sql(
        f"""select "check", observed from read_parquet('{release}/parquet/quality_results.parquet')
        where stage = 'correction' and outcome = 'failed' order by 1"""
    ).fetchall()
    for check, observed in rows:
        yield Trouble("correction_stale", str(check), str(observed))
