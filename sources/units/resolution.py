"""The definition table `unit_resolution`: every distinct spelling of the landing and the unit it means."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

import pyarrow as pa

from sources.units.aliases import Alias
from sources.units.model import Unit, rows_of
from sources.units.resolver import Resolution, UnitResolver


class Spelling(NamedTuple):
    """One way a column names a unit, in deliveries of one generation of units (`units_from`, its first day)."""

    source_code: str
    dataset: str
    column_name: str
    code_text: str
    name_text: str
    part: str
    tier_text: str
    units_from: date


_TEXTS = Spelling._fields[:-1]
SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXTS]
    + [("units_from", pa.date32())]
    + [(name, pa.string()) for name in ("unit_code", "unit_level", "candidates")]
    + [("unit_valid_from", pa.date32()), ("unit_valid_to", pa.date32())],
)


def resolution_table(spellings: pa.Table, units: Sequence[Unit], aliases: Sequence[Alias]) -> pa.Table:
    """Resolve distinct spellings (columns of `Spelling`, texts '' or null when absent).

    Each is read by the units of its own generation: 2025 gives 37 codes of 2022, and many names, to other communes.
    One row per distinct spelling, ordered by all key columns; unit_code and unit_level are null when unresolved,
    candidates ("code label", joined by ";") empty when resolved. `unit_valid_from` and `unit_valid_to` are those of the
    unit found, open where null.
    """
    found = sorted(set(_spellings(spellings)))
    levels = column_levels()
    answers: list[Resolution] = []
    resolvers: dict[date, UnitResolver] = {}
    for spelling in found:
        day = spelling.units_from
        if day not in resolvers:
            resolvers[day] = UnitResolver(units, aliases, day)
        answers.append(
            resolvers[day].resolve(
                spelling.code_text,
                spelling.name_text,
                spelling.part,
                spelling.tier_text,
                source_code=spelling.source_code,
                column_level=levels.get((spelling.source_code, spelling.dataset, spelling.column_name)),
            )
        )
    answers = _by_taught_codes(found, answers)
    first = min(unit.valid_from for unit in units)
    in_force = {(day, unit.unit_code): unit for day in resolvers for unit in units if unit.in_force(day)}
    rows = []
    for spelling, answer in zip(found, answers, strict=True):
        unit = in_force[spelling.units_from, answer.unit_code] if answer.unit_code else None
        rows.append(
            {
                **spelling._asdict(),
                "unit_code": answer.unit_code,
                "unit_level": answer.unit_level,
                "candidates": ";".join(answer.candidates),
                # The first list stands for the days before it too.
                "unit_valid_from": unit.valid_from if unit and unit.valid_from > first else None,
                "unit_valid_to": unit.valid_to if unit else None,
            }
        )
    return pa.Table.from_pylist(rows, SCHEMA)


def _spellings(table: pa.Table) -> Iterable[Spelling]:
    texts = [[text or "" for text in table.column(name).to_pylist()] for name in _TEXTS]
    return map(Spelling, *texts, table.column("units_from").to_pylist())


def _by_taught_codes(found: Sequence[Spelling], answers: Sequence[Resolution]) -> list[Resolution]:
    """Answers for rows that hold a code alone, from the same column's rows that say whose code it is.

    Codes of the organisation register (…H37) are in no list we have. One that stands beside the names of two units says
    nothing.
    """

    def of_code(spelling: Spelling) -> tuple[str, str, str, str, date]:
        return (*spelling[:4], spelling.units_from)

    taught: dict[tuple[str, str, str, str, date], set[tuple[str, str]]] = defaultdict(set)
    for spelling, answer in zip(found, answers, strict=True):
        if spelling.code_text and spelling.name_text and answer.unit_code and answer.unit_level:
            taught[of_code(spelling)].add((answer.unit_code, answer.unit_level))
    told = []
    for spelling, answer in zip(found, answers, strict=True):
        is_code_alone = spelling.code_text and not spelling.name_text and answer.unit_code is None
        meant = taught.get(of_code(spelling), set()) if is_code_alone else set()
        told.append(Resolution(*next(iter(meant))) if len(meant) == 1 else answer)
    return told


@cache
def column_levels() -> dict[tuple[str, str, str], str]:
    """Level of the units a column names, where the column names one level only."""
    return {
        (row["source_code"], row["dataset"], row["column_name"]): row["level"] for row in rows_of("column_levels.csv")
    }
