"""How a release ended, for people and for scripts: what was refused, what is held, and the exit code."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

RELEASED, FAILED, REFUSED, WITH_REMARKS = 0, 1, 2, 3
"""Exit codes: current is this run's candidate; error; candidate refused; released but something needs a person."""


@dataclass
class Outcome:
    """What a run tells at its end."""

    exit_code: int
    headline: str
    release: Path | None = None
    simulated: bool = False
    refused: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    gate: list[str] = field(default_factory=list)
    pinned_to: str | None = None
    waiting: list[str] = field(default_factory=list)
    not_fetched: list[str] = field(default_factory=list)
    not_told: list[str] = field(default_factory=list)
    """Addresses of LANGSON_ALERTS that could not be reached, without their secrets."""

    def tell(self, waiting: list[str], not_fetched: list[str]) -> None:
        """Add what the inbox held back; only what could not be fetched needs a person."""
        self.waiting, self.not_fetched = waiting, not_fetched
        if not_fetched and self.exit_code == RELEASED:
            self.exit_code = WITH_REMARKS


def refused_deliveries(release: Path) -> list[str]:
    """Deliveries refused since the parent that no later delivery made up for, with the id and the reason of each."""
    folder = release / "parquet"
    rows = duckdb.sql(
        f"""
        select r.source_code, r.file_name, r.delivery_id, r.reason
        from read_parquet('{folder}/deliveries.parquet') as r
        cross join read_parquet('{folder}/release_info.parquet') as i
        where r.outcome = 'refused' and (i.parent_as_of is null or r.received_at >= i.parent_as_of)
            and not exists (
                select 1 from read_parquet('{folder}/deliveries.parquet') as a
                where a.outcome <> 'refused' and a.source_code = r.source_code and a.dataset = r.dataset
                    and a.part = r.part and a.window_end = r.window_end and a.received_at >= r.received_at)
        order by r.received_at, r.source_code, r.file_name, r.delivery_id"""
    ).fetchall()
    return [f"{source}: {name} ({delivery}): {reason}" for source, name, delivery, reason in rows]


def held_values(release: Path) -> list[str]:
    """Values beyond their indicator's bounds, kept back until a person confirms them."""
    folder = release / "parquet"
    rows = duckdb.sql(
        f"""
        select indicator_code, definition, unit_code, strftime(period_start, '%m/%Y'), numerator, denominator,
            held_reason
        from read_parquet('{folder}/fct_indicator_value.parquet') where status = 'held' order by all"""
    ).fetchall()
    return [
        f"{code} ({definition}) {unit} {month}: {numerator}/{denominator}: {reason or ''}"
        for code, definition, unit, month, numerator, denominator, reason in rows
    ]


def outcome_of(release: Path, simulated: bool, headline: str, pinned_to: str | None = None) -> Outcome:
    """The outcome of a run whose candidate is this release."""
    refused, held = refused_deliveries(release), held_values(release)
    code = WITH_REMARKS if refused or held or pinned_to else RELEASED
    return Outcome(code, headline, release, simulated, refused, held, [], pinned_to)
