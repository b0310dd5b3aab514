"""Puts the explanation of one value together from the rows of a shelf."""

from collections.abc import Sequence
from datetime import date

from publishing.explain.deliveries import add_months
from publishing.explain.model import (
    Child,
    Definition,
    DeliveryLine,
    Explanation,
    Side,
    Text,
    TierCount,
    UnitName,
    Value,
)
from publishing.explain.shelf import Row, Shelf, first_day_counted, month_taken_off

VALUE_COLUMNS = (
    "numerator",
    "denominator",
    "value",
    "target_numerator",
    "target_denominator",
    "target_source",
    "comparator",
    "is_met",
    "margin",
    "status",
    "held_reason",
    "last_good_value",
    "above_denominator",
    "data_maturity",
)
NOTHING_COUNTED = ("not_applicable", "before_start")


def compose(shelf: Shelf, indicator: Row, unit: UnitName, period: date) -> Explanation:
    """The explanation of a value the shelf holds; raises KeyError when it does not hold it."""
    row = shelf.values[(indicator["indicator_code"], indicator["definition"], unit.unit_key, period)]
    value = Value(**{name: row[name] for name in VALUE_COLUMNS})
    children = shelf.tree(period).children(unit.unit_code)
    sides = [_side(shelf, indicator, role, unit, period, children) for role in ("numerator", "denominator")]
    dbt_tests = shelf.checks["dbt"]
    return Explanation(
        release_id=shelf.release["release_id"],
        as_of=shelf.release["as_of"],
        notice=shelf.release["notice"],
        unit=unit,
        period_start=period,
        definition=_definition(shelf, indicator),
        value=value,
        numerator=sides[0],
        denominator=sides[1],
        children=_children(shelf, indicator, period, children),
        deliveries=() if value.status in NOTHING_COUNTED else _deliveries(shelf, indicator, unit, period),
        corrections=shelf.corrections(frozenset(side.source_code for side in sides)),
        gate_checks=shelf.checks["gate"],
        dbt_tests_passed=sum(check.outcome == "passed" for check in dbt_tests),
        dbt_tests=len(dbt_tests),
        revisions=tuple(shelf.revisions.get((*_code(indicator), unit.unit_key, period), ())),
    )


def _code(indicator: Row) -> tuple[str, str]:
    return indicator["indicator_code"], indicator["definition"]


def _definition(shelf: Shelf, row: Row) -> Definition:
    clause = shelf.clauses[row["clause"]]
    variants = [
        other["definition"]
        for other in shelf.indicators
        if other["indicator_code"] == row["indicator_code"] and other is not row
    ]
    return Definition(
        indicator_code=row["indicator_code"],
        definition=row["definition"],
        is_headline=row["is_headline"],
        label=Text(row["label_vi"], row["label_en"]),
        clause=row["clause"],
        clause_text=Text(clause["label_vi"], clause["label_en"]),
        owner=row["owner"],
        value_kind=row["value_kind"],
        period_rule=row["period_rule"],
        tiers=tuple(row["tiers"]),
        starts=row["starts"],
        note=Text(row["note_vi"] or "", row["note_en"] or ""),
        variants=tuple(sorted(variants)),
    )


def _shift(indicator: Row, role: str) -> int:
    return int(indicator["denominator_shift_months"] or 0) if role == "denominator" else 0


def _counted(shelf: Shelf, indicator: Row, role: str, unit_code: str, period: date) -> tuple[list[TierCount], int, int]:
    """A side's counts at one unit: by tier, to date, and what is taken off as from before the indicator's start."""
    code = indicator[f"{role}_measure"]
    shift = _shift(indicator, role)
    month = add_months(period, shift)
    off = month_taken_off(period, indicator["starts"], shift, shelf.catalogue.measures[code].accumulation)
    tiers, to_date, taken_off = [], 0, 0
    for tier in indicator["tiers"]:
        row = shelf.measures.get((code, tier, unit_code, month))
        if row is not None:
            tiers.append(TierCount(tier, row["value_month"], row["value_to_date"]))
            to_date += row["value_to_date"]
        before = shelf.measures.get((code, tier, unit_code, off)) if off else None
        taken_off += before["value_to_date"] if before else 0
    return tiers, to_date, taken_off


def _side(shelf: Shelf, indicator: Row, role: str, unit: UnitName, period: date, children: Sequence[UnitName]) -> Side:
    measure = shelf.catalogue.measures[indicator[f"{role}_measure"]]
    source = shelf.sources[measure.source]
    tiers, to_date, taken_off = _counted(shelf, indicator, role, unit.unit_code, period)
    below = None
    if children and measure.rollup == "subtree":
        counts = [_counted(shelf, indicator, role, child.unit_code, period) for child in children]
        below = sum(reached - off for _, reached, off in counts)
    return Side(
        role=role,
        measure_code=measure.code,
        label=Text(measure.label.vi, measure.label.en),
        counted_thing=measure.counted_thing,
        source_code=measure.source,
        source_label=Text(source.label.vi, source.label.en),
        accumulation=measure.accumulation,
        rollup=measure.rollup,
        datasets=measure.datasets,
        month=add_months(period, _shift(indicator, role)),
        tiers=tuple(tiers),
        value_month=sum(tier.value_month for tier in tiers),
        value_to_date=to_date,
        taken_off=taken_off,
        counted=to_date - taken_off,
        children_sum=below,
        own=None if below is None else to_date - taken_off - below,
    )


def _children(shelf: Shelf, indicator: Row, period: date, children: Sequence[UnitName]) -> tuple[Child, ...]:
    """Units one level down that are measured, or that have counts of their own."""
    found = []
    for unit in children:
        row = shelf.values.get((*_code(indicator), unit.unit_key, period))
        counts = [_counted(shelf, indicator, role, unit.unit_code, period) for role in ("numerator", "denominator")]
        numerator, denominator = (reached - off for _, reached, off in counts)
        if row is not None:
            found.append(Child(unit, numerator, denominator, row["value"], row["status"], row["is_met"]))
        elif numerator or denominator:
            found.append(Child(unit, numerator, denominator, None, None, None))
    return tuple(found)


def _deliveries(shelf: Shelf, indicator: Row, unit: UnitName, period: date) -> tuple[DeliveryLine, ...]:
    """Those of both measures; one that serves both is named once, by its nearest role."""
    tree = shelf.tree(period)
    tiers = tuple(indicator["tiers"])
    found: dict[str, DeliveryLine] = {}
    for role in ("numerator", "denominator"):
        measure = shelf.catalogue.measures[indicator[f"{role}_measure"]]
        shift = _shift(indicator, role)
        first = first_day_counted(period, indicator["starts"], shift)
        for dataset in measure.datasets:
            is_state = measure.accumulation == "stock"
            for line in shelf.deliveries.behind(
                dataset, tree, unit.unit_code, tiers, first, add_months(period, shift), is_state
            ):
                if line.delivery_id not in found or line.role == "window":
                    found[line.delivery_id] = line
    return tuple(found.values())
