"""Writes `<home>/definitions/`: everything declared and decided, as typed Parquet that dbt reads as sources.

What a table means is said where it is made (`sources.catalogue`, `sources.units`, `sources.registry`); here they are
put together for one moment, so that whatever was decided later than `as_of` does not count.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from sources.catalogue import CatalogueError, definition_tables
from sources.contract import Dataset
from sources.corrections import CorrectionError, as_row, load_corrections
from sources.door.receipts import write_parquet
from sources.registry import contracts, expectation_tables
from sources.units import load_aliases, load_units, resolution_table, unit_tables

from pipelines.errors import LangsonError
from pipelines.files import read_json, write_json
from pipelines.home import ROOT, Home, decisions_folder
from pipelines.inputs import newest_moment
from pipelines.release.store import Release, current_id, find_release, load_release

TEXT, MOMENT, DAY, COUNT, NUMBER = pa.string(), pa.timestamp("us"), pa.date32(), pa.int64(), pa.float64()
PARENT = "parent.json"


def _schema(kinds: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema(list(kinds.items()))


AS_OF = _schema({"as_of": MOMENT, "parent_as_of": MOMENT, "origin": TEXT})
CONFIRMATIONS = _schema(
    {
        **dict.fromkeys(("source_code", "dataset", "indicator_code", "definition", "unit_code"), TEXT),
        "period_start": DAY,
        "what": TEXT,
        "reason": TEXT,
        "decided_at": MOMENT,
    }
)
CORRECTIONS = _schema(
    {
        **dict.fromkeys(
            ("source_code", "dataset", "correction_code", "row_key", "action", "column_name", "new_value", "reason"),
            TEXT,
        ),
        "reported_by": TEXT,
        "reported_at": DAY,
        "decided_at": MOMENT,
    }
)
PARENT_VALUE = _schema(
    {
        **dict.fromkeys(("directive_code", "indicator_code", "definition", "unit_key", "unit_code"), TEXT),
        "period_start": DAY,
        "numerator": COUNT,
        "denominator": COUNT,
        "value": NUMBER,
        "target_numerator": COUNT,
        "target_denominator": COUNT,
        "target_source": TEXT,
        "comparator": TEXT,
        "is_met": pa.bool_(),
        "margin": NUMBER,
        "status": TEXT,
        "held_reason": TEXT,
        "last_good_value": NUMBER,
        "above_denominator": pa.bool_(),
        "data_maturity": TEXT,
    }
)
SPELLING = ("source_code", "dataset", "column_name", "code_text", "name_text", "part", "tier_text")


def write_definitions(home: Home, as_of: datetime | None = None, parent: Release | None = None) -> dict[str, int]:
    """Write every definition table for one moment and parent; returns rows by table. Raises LangsonError."""
    moment = as_of or newest_moment(home)
    if moment is None:
        raise LangsonError("chưa nhận được số liệu nào | nothing was received yet")
    try:
        tables = definition_tables()
    except CatalogueError as error:
        raise LangsonError(f"indicators/ có lỗi: {error} | indicators/ has errors") from error
    tables |= unit_tables()
    tables |= expectation_tables(senders(tables["units"]), moment.date())
    corrections = read_corrections(moment)
    tables["corrections"] = corrections
    tables["confirmations"] = read_confirmations(decisions_folder(), moment)
    tables["unit_resolution"] = resolved_units(home, corrections, moment)
    tables["parent_indicator_value"] = _parent_values(parent)
    row = {"as_of": moment, "parent_as_of": parent.as_of if parent else None, "origin": home.origin()}
    tables["as_of"] = pa.Table.from_pylist([row], AS_OF)
    for name, table in tables.items():
        write_parquet(home.definitions / f"{name}.parquet", table)
    write_json(home.definitions / PARENT, {"path": str(parent.path) if parent else None})
    return {name: table.num_rows for name, table in sorted(tables.items())}


def current_parent(home: Home) -> Release | None:
    """The release a new one of this home follows, unless a run names another."""
    return find_release(home, None) if current_id(home) else None


def parent_of(home: Home) -> Release | None:
    """The parent that the definitions of this home were written with."""
    kept = read_json(home.definitions / PARENT)
    return load_release(Path(kept["path"])) if kept and kept["path"] else None


def senders(units: pa.Table) -> dict[str, list[str]]:
    """Unit codes that may be expected to send, by level: those of 2022, agencies only when they are measured."""
    found: dict[str, set[str]] = {}
    for unit in units.select(["unit_code", "unit_level", "bloc_code", "valid_from"]).to_pylist():
        is_sender = unit["unit_level"] != "department" or unit["bloc_code"] == "departments"
        if is_sender and unit["valid_from"].year < 2024:
            found.setdefault(unit["unit_level"], set()).add(unit["unit_code"])
    return {level: sorted(codes) for level, codes in found.items()}


def _moment(value: object, place: str) -> datetime:
    """A `decided_at` as a moment; a bare day means its start."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    raise LangsonError(f"{place}: thiếu decided_at | decided_at is missing")


def _entries(path: Path, under: str) -> list[dict[str, Any]]:
    """The list in a YAML file, bare or under one name; none when the file is not there."""
    if not path.exists():
        return []
    found = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    found = found.get(under) or [] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise LangsonError(f"{path.name}: phải là một danh sách | must be a list")
    return found


def _ordered(rows: Iterable[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    rows = [{name: row.get(name) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: [str(row[name]) for name in schema.names]), schema)


def read_confirmations(decisions: Path, as_of: datetime) -> pa.Table:
    """What people confirmed by a moment."""
    rows = []
    for number, entry in enumerate(_entries(decisions / "confirmations.yml", "confirmations"), 1):
        decided = _moment(entry.get("decided_at"), f"confirmations.yml, mục | entry {number}")
        if decided <= as_of:
            rows.append({**entry, "decided_at": decided})
    return _ordered(rows, CONFIRMATIONS)


def read_corrections(as_of: datetime, root: Path = ROOT) -> pa.Table:
    """Every source's corrections decided by a moment."""
    try:
        rows = [
            as_row(source_code, correction)
            for source_code in contracts()
            for correction in load_corrections(source_code, root / "sources")
            if correction.decided_at <= as_of
        ]
    except CorrectionError as error:
        raise LangsonError(str(error)) from error
    return _ordered(rows, CORRECTIONS)


class UnitText(NamedTuple):
    """A column that names a unit, and the columns its text is made of."""

    column: str
    code: str | None
    name: str | None
    tier: str | None
    within: str | None


def unit_columns(dataset: Dataset) -> list[UnitText]:
    """Every column of a dataset that names a unit."""
    found: list[UnitText] = []
    if unit := dataset.unit:
        found.append(UnitText(unit.name or unit.code or "", unit.code, unit.name, unit.tier, unit.within))
    return found + [UnitText(column, None, column, None, None) for column in dataset.resolve]


def name_in_place(name: str, within: str) -> str:
    """SQL of a unit's name together with that of the unit it lies in (dbt's macro `name_in_place` says the same)."""
    return f"case when {name} = '' or {within} = '' then {name} else {name} || ', ' || {within} end"


def _spellings(home: Home, corrections: pa.Table) -> pa.Table:
    """Every distinct way the landing (and the corrections of it) spells a unit, by the generation of units meant.

    That is the one in force on the last day of the delivery's window: who sends a list knows the units of its closing.
    """
    answers = [pa.Table.from_pylist([], pa.schema([*((name, TEXT) for name in SPELLING), ("units_from", DAY)]))]
    with duckdb.connect() as connection:
        connection.register("corrections", corrections)
        connection.register("unit_generation", unit_tables()["unit_generation"])
        connection.execute(f"create view receipts as from read_parquet('{home.receipts}')")
        for source in contracts().values():
            for name, dataset in source.datasets.items():
                for column, code, text, tier, within in unit_columns(dataset):
                    files = f"{home.landing}/{source.code}/{name}/**/*.parquet"
                    answers.append(
                        connection.execute(
                            f"""
                            with landed as (
                                select distinct {_text(code)} as code_text, {_text(text)} as own_text,
                                    {_text(within)} as within_text,
                                    case when part = '-' then '' else part end as part, {_text(tier)} as tier_text,
                                    generation.units_from
                                from read_parquet('{files}', union_by_name = true, hive_partitioning = false) as landed
                                join receipts on receipts.delivery_id = landed._delivery_id
                                join unit_generation as generation
                                    on receipts.window_end >= coalesce(generation.first_day, receipts.window_end)
                                    and receipts.window_end <= coalesce(generation.last_day, receipts.window_end)
                            ), decided as (
                                select distinct column_name, new_value from corrections
                                where source_code = '{source.code}' and dataset = '{name}' and action = 'override'
                            ), spelled as (
                                select code_text, own_text, within_text, part, tier_text, units_from from landed
                                union
                                select
                                    case when column_name = '{code}' then new_value else code_text end,
                                    case when column_name = '{text}' then new_value else own_text end,
                                    case when column_name = '{within}' then new_value else within_text end,
                                    part,
                                    case when column_name = '{tier}' then new_value else tier_text end,
                                    units_from
                                from landed cross join decided
                                where column_name in ('{code}', '{text}', '{within}', '{tier}')
                            )
                            select distinct
                                '{source.code}' as source_code, '{name}' as dataset, '{column}' as column_name,
                                code_text, {name_in_place("own_text", "within_text")} as name_text, part, tier_text,
                                units_from
                            from spelled
                            order by all"""
                        ).to_arrow_table()
                    )
    return pa.concat_tables(answers)


def _text(column: str | None) -> str:
    return f"coalesce(cast({column} as varchar), '')" if column else "''"


def resolved_units(home: Home, corrections: pa.Table, as_of: datetime) -> pa.Table:
    """`unit_resolution`: what every spelling means, by the units in force when its delivery closed."""
    try:
        aliases = load_aliases(decisions_folder(), as_of)
    except ValueError as error:
        raise LangsonError(str(error)) from error
    return resolution_table(_spellings(home, corrections), load_units(), aliases)


def _parent_values(parent: Release | None) -> pa.Table:
    """The parent's values under the names and types that dbt relies on; no rows for a first release."""
    if parent is None:
        return PARENT_VALUE.empty_table()
    found = pq.read_table(parent.path / "parquet" / "fct_indicator_value.parquet")
    return found.select([name for name in PARENT_VALUE.names if name in found.column_names]).cast(
        pa.schema([field for field in PARENT_VALUE if field.name in found.column_names])
    )
