"""The CSV files as a Frictionless tabular Data Package (profile of version 1, which today's tools read in full).

`datapackage.json` lies at the release folder's root, because a package may only name files below itself.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from publishing.dictionary.declared import Column, Table, plain_type
from publishing.open_data.about import PACK, RIGHTS, Release, paragraphs
from publishing.open_data.files import File
from publishing.tables import CSV_SUFFIX

NAME = "datapackage.json"
FIELD_TYPES: Mapping[str, Mapping[str, str]] = {
    "varchar": {"type": "string"},
    "varchar[]": {"type": "string"},
    "bigint": {"type": "integer"},
    "double": {"type": "number"},
    "decimal(12,6)": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "timestamp": {"type": "datetime", "format": "any"},
}
"""The type of a field for each type of a column; a list is its members joined by semicolons in the CSV."""


def write_datapackage(folder: Path, release: Release, declared: Mapping[str, Table], files: Mapping[str, File]) -> None:
    """Write `datapackage.json` into a release folder, naming the CSV file of every declared table.

    Raises ValueError for a column whose type FIELD_TYPES does not know, KeyError for a table without its CSV file.
    """
    package = {
        "profile": "tabular-data-package",
        "name": f"langson-{release.release_id}",
        "id": release.release_id,
        "title": PACK.both,
        "description": "\n\n".join(paragraphs(release)),
        "version": release.release_id,
        "created": f"{release.as_of:%Y-%m-%dT%H:%M:%S}+07:00",
        "rights": RIGHTS.both,
        "resources": [
            _resource(table, declared, files[f"csv/{table.name}{CSV_SUFFIX}"]) for table in declared.values()
        ],
    }
    (folder / NAME).write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _resource(table: Table, declared: Mapping[str, Table], file: File) -> dict[str, Any]:
    return {
        "name": table.name,
        "profile": "tabular-data-resource",
        "path": file.path,
        "title": table.name,
        "description": table.description.both,
        "format": "csv",
        "mediatype": "text/csv",
        "compression": "gz",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "schema": {
            "fields": [_field(table, column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": list(reference.columns),
                    "reference": {"resource": reference.table, "fields": list(reference.table_columns)},
                }
                for reference in table.references
                if reference.table in declared
            ],
        },
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    kind = FIELD_TYPES.get(plain_type(column.data_type))
    if kind is None:
        raise ValueError(
            f"{table.name}.{column.name}: type {column.data_type}, expected one of {', '.join(FIELD_TYPES)}"
        )
    constraints: dict[str, Any] = {"required": True} if column.is_required else {}
    if column.accepted_values:
        constraints["enum"] = list(column.accepted_values)
    field: dict[str, Any] = {"name": column.name, **kind, "description": column.description.both}
    if constraints:
        field["constraints"] = constraints
    if column.is_numeric:
        field |= {"unit": column.unit, "addsUp": column.adds_up}
    return field
