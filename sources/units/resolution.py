"""The definition table `unit_resolution`: every distinct spelling of the landing and the unit it means."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import pyarrow as pa

from sources.units.model import rows_of
from sources.units.resolver import Resolution, UnitResolver

_KEYS = ("source_code", "dataset", "column_name", "code_text", "name_text", "part", "tier_text")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in (*_KEYS, "unit_code", "unit_level", "candidates")],
)


def resolution_table(spellings: pa.Table, resolver: UnitResolver) -> pa.Table:
    """Resolve distinct spellings (string columns source_code … tier_text, '' or null when absent).

    One row per distinct spelling, ordered by all key columns; unit_code and unit_level are null when unresolved,
    candidates ("code label", joined by ";") empty when resolved.
    """
    texts = [[text or "" for text in spellings.column(name).to_pylist()] for name in _KEYS]
    levels = column_levels()
    found: list[tuple[str, ...]] = sorted(set(zip(*texts, strict=True)))
    answers: list[Resolution] = [
        resolver.resolve(code, name, part, tier, source_code=source, column_level=levels.get((source, dataset, column)))
        for source, dataset, column, code, name, part, tier in found
    ]
    answers = _by_taught_codes(found, answers)
    columns: list[pa.Array] = [pa.array([row[place] for row in found], pa.string()) for place in range(len(_KEYS))]
    columns.append(pa.array([answer.unit_code for answer in answers], pa.string()))
    columns.append(pa.array([answer.unit_level for answer in answers], pa.string()))
    columns.append(pa.array([";".join(answer.candidates) for answer in answers], pa.string()))
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _by_taught_codes(found: Sequence[tuple[str, ...]], answers: Sequence[Resolution]) -> list[Resolution]:
    """Answers for rows that hold a code alone, from the same column's rows that say whose code it is.

    Codes of the organisation register (…H37) are in no list we have. One that stands beside the names of two units says
    nothing.
    """
    taught: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
    for row, answer in zip(found, answers, strict=True):
        if row[3] and row[4] and answer.unit_code and answer.unit_level:
            taught[row[:4]].add((answer.unit_code, answer.unit_level))
    told = []
    for row, answer in zip(found, answers, strict=True):
        meant = taught.get(row[:4], set()) if row[3] and not row[4] and answer.unit_code is None else set()
        told.append(Resolution(*next(iter(meant))) if len(meant) == 1 else answer)
    return told


@cache
def column_levels() -> dict[tuple[str, str, str], str]:
    """Level of the units a column names, where the column names one level only."""
    return {
        (row["source_code"], row["dataset"], row["column_name"]): row["level"] for row in rows_of("column_levels.csv")
    }
