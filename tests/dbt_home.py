"""An empty home for dbt: every source table of the warehouse with its types and no rows, or with the rows a test gives.

What the tables mean is said where they are written (the definitions and the door); here are only their names and types.
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.home import MANIFEST, Home
from sources.door.intake import ensure_schemas
from tests.conftest import plain_environment
from tests.warm import run_warm

_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
    "count": pa.int64(),
    "flag": pa.bool_(),
    "number": pa.float64(),
    "texts": pa.list_(pa.string()),
}


def _schema(**columns: str) -> pa.Schema:
    """One keyword per type, its columns separated by spaces."""
    return pa.schema([(column, _TYPES[kind]) for kind, names in columns.items() for column in names.split()])


DEFINITIONS: dict[str, pa.Schema] = {
    "indicators": _schema(
        text="directive_code indicator_code definition group_code clause label_vi label_en"
        " numerator_measure denominator_measure"
        " numerator_source_code denominator_source_code comparator value_kind period_rule"
        " owner note_vi note_en",
        flag="is_headline implemented",
        count="denominator_shift_months low_numerator low_denominator high_numerator high_denominator",
        texts="tiers levels",
        date="starts",
    ),
    "targets": _schema(
        text="directive_code indicator_code definition unit_code unit_level comparator source",
        count="target_numerator target_denominator",
        date="valid_from valid_to decided_at",
    ),
    "measures": _schema(
        text="measure_code source_code label_vi label_en counted_thing accumulation rollup"
        " event_date membership_date part_of model",
        date="members_from",
        count="max_age_months",
        flag="implemented",
        texts="datasets",
    ),
    "directive": _schema(text="directive_code", count="year", date="starts ends"),
    "clauses": _schema(text="directive_code clause text_vi text_en kind why_vi why_en", texts="indicator_codes"),
    "exemptions": _schema(text="directive_code indicator_code unit_code why"),
    "scoring": _schema(
        text="directive_code note_vi note_en",
        count="cap_points minimum_denominator coverage_numerator coverage_denominator trend_months"
        " falling_back_numerator falling_back_denominator limited_numerator limited_denominator",
        flag="ties_by_indicators_met",
    ),
    "scoring_weights": _schema(text="directive_code bloc_code indicator_code", count="weight"),
    "pace_plan": _schema(text="directive_code", count="month_of_year share_numerator share_denominator"),
    "pace_bands": _schema(text="directive_code band label_vi label_en"),
    "units": _schema(
        text="unit_key unit_code unit_level label_vi label_en sort_key parent_unit_code bloc_code",
        date="valid_from valid_to",
        flag="provisional",
    ),
    "unit_successors": _schema(text="old_unit_code new_unit_code note", date="valid_from"),
    "unit_generation": _schema(date="units_from codes_from first_day last_day"),
    "unit_resolution": _schema(
        text="source_code dataset column_name code_text name_text part tier_text unit_code unit_level candidates",
        date="units_from unit_valid_from unit_valid_to",
    ),
    "datasets": _schema(text="source_code dataset kind state_of", count="max_age_months", flag="names_units"),
    "expected_parts": _schema(text="source_code dataset part cadence kind"),
    "calendar": _schema(text="source_code dataset", date="period_start", moment="due_at"),
    "as_of": _schema(moment="as_of parent_as_of", text="origin"),
    "confirmations": _schema(
        text="source_code dataset indicator_code definition unit_code what reason",
        date="period_start",
        moment="decided_at",
    ),
    "corrections": _schema(
        text="source_code dataset correction_code row_key action column_name new_value reason reported_by",
        date="reported_at",
        moment="decided_at",
    ),
    "parent_indicator_value": _schema(
        text="directive_code indicator_code definition unit_key unit_code target_source comparator"
        " status held_reason data_maturity",
        date="period_start",
        count="numerator denominator target_numerator target_denominator",
        number="value margin last_good_value",
        flag="is_met above_denominator",
    ),
}
"""Tables under `definitions/`."""

RECEIPTS = _schema(
    text="delivery_id source_code dataset part file_name sha256 contract_hash outcome reason"
    " excluded_by_rule rejected_by_rule kind"
    " landing_path origin key_fingerprint",
    date="window_start window_end",
    moment="received_at file_modified_at",
    count="rows_read rows_landed rows_rejected rows_excluded",
)
"""`landing/receipts.parquet`."""

Rows = Sequence[Mapping[str, Any]]


def _write(path: Path, schema: pa.Schema, rows: Rows = ()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unknown = {name for row in rows for name in row} - set(schema.names)
    if unknown:
        raise ValueError(f"{path.name} has no columns {sorted(unknown)}")
    pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema), path)


def make_home(
    home: Path,
    definitions: Mapping[str, Rows],
    receipts: Rows = (),
    landing: Mapping[tuple[str, str], Rows] | None = None,
) -> None:
    """Write a home with the given rows; every table not named stays empty (as_of: the end of January 2023)."""
    given = {"as_of": [{"as_of": datetime(2023, 1, 31, 12), "origin": "sandbox"}], **definitions}
    for table, schema in DEFINITIONS.items():
        _write(home / "definitions" / f"{table}.parquet", schema, given.get(table, ()))
    _write(home / "landing" / "receipts.parquet", RECEIPTS, receipts)
    ensure_schemas(home)
    for (source_code, dataset), rows in (landing or {}).items():
        folder = home / "landing" / source_code / dataset
        _write(folder / "part=-" / "period=2022-01" / "rows.parquet", pq.read_schema(folder / "_schema.parquet"), rows)


def dbt(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt over one home in a process of its own."""
    Home(home).lay_dbt_project()
    parsed = home / "dbt_target" / "partial_parse.msgpack"
    if not parsed.exists():
        parsed.parent.mkdir(exist_ok=True)
        shutil.copyfile(MANIFEST.with_name(parsed.name), parsed)
    environment = {**plain_environment(), **Home(home).environment()}
    return run_warm("dbt.cli.main:cli", arguments, environment, home / "dbt")


def build(home: Path) -> None:
    """Build the whole warehouse as production does: without unit tests."""
    done = dbt(home, "build", "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, done.stdout[-5000:]
