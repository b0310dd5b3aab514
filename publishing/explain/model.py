"""What the explanation of one published value says: plain, frozen, the same for the command, the page and JSON."""

from dataclasses import dataclass
from datetime import date, datetime


class NotPublished(Exception):
    """The release has no such indicator, definition, unit or month; the message names the nearest it has."""


@dataclass(frozen=True)
class UnitName:
    """A unit in one generation."""

    unit_key: str
    unit_code: str
    unit_level: str
    label_vi: str
    label_en: str


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    vi: str
    en: str


@dataclass(frozen=True)
class Definition:
    """How the indicator is defined: texts of the directive and of `indicators/`."""

    indicator_code: str
    definition: str
    is_headline: bool
    label: Text
    clause: str
    clause_text: Text
    owner: str
    value_kind: str
    period_rule: str
    tiers: tuple[str, ...]
    starts: date
    note: Text
    variants: tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """The published value, as `fct_indicator_value` has it."""

    numerator: int | None
    denominator: int | None
    value: float | None
    target_numerator: int | None
    target_denominator: int | None
    target_source: str | None
    comparator: str
    is_met: bool | None
    margin: float | None
    status: str
    held_reason: str | None
    last_good_value: float | None
    above_denominator: bool
    data_maturity: str


@dataclass(frozen=True)
class TierCount:
    """A measure at the unit and month, for one level of the offices that did the work."""

    tier: str
    value_month: int
    value_to_date: int


@dataclass(frozen=True)
class Side:
    """Numerator or denominator: the measure, what it counted, and how the units below make it up.

    `month` is the month it is taken from (a year earlier where the definition says so); `taken_off` what was counted
    before the indicator's start; `counted` = value to date - taken off. `children_sum` adds the same of the units one
    level down, `own` is what the unit itself adds (`counted - children_sum`); both None where things are counted
    afresh at each level or no unit lies below.
    """

    role: str
    measure_code: str
    label: Text
    counted_thing: str
    source_code: str
    source_label: Text
    accumulation: str
    rollup: str
    datasets: tuple[str, ...]
    month: date
    tiers: tuple[TierCount, ...]
    value_month: int
    value_to_date: int
    taken_off: int
    counted: int
    children_sum: int | None
    own: int | None


@dataclass(frozen=True)
class Child:
    """A unit one level down: its counts, and its own published value where the indicator is measured there."""

    unit: UnitName
    numerator: int
    denominator: int
    value: float | None
    status: str | None
    is_met: bool | None


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery behind the value, as `deliveries` has it.

    `role`: `window` (its window lies in the time counted, or it is the state that counts), `earlier` (a state is made
    of everything that happened before, so rows of earlier windows may still count), `later` (of a register the newest
    row of each thing counts, which a later extract may bring).
    """

    delivery_id: str
    source_code: str
    dataset: str
    part: str
    file_name: str
    sha256: str
    received_at: datetime
    window_start: date
    window_end: date
    outcome: str
    reason: str | None
    rows_read: int
    rows_landed: int
    rows_rejected: int
    rows_excluded: int
    role: str


@dataclass(frozen=True)
class Check:
    """One row of `quality_results`."""

    check: str
    outcome: str
    severity: str
    observed: str
    reason: str


@dataclass(frozen=True)
class Revision:
    """An earlier published value that a later release changed."""

    old_as_of: datetime
    new_as_of: datetime
    old_numerator: int | None
    old_denominator: int | None
    old_value: float | None
    old_status: str
    new_numerator: int | None
    new_denominator: int | None
    new_value: float | None
    new_status: str
    reason: str
    delivery_ids: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything that the release says of one value and where it came from."""

    release_id: str
    as_of: datetime
    notice: str
    unit: UnitName
    period_start: date
    definition: Definition
    value: Value
    numerator: Side
    denominator: Side
    children: tuple[Child, ...]
    deliveries: tuple[DeliveryLine, ...]
    corrections: tuple[Check, ...]
    gate_checks: tuple[Check, ...]
    dbt_tests_passed: int
    dbt_tests: int
    revisions: tuple[Revision, ...]
