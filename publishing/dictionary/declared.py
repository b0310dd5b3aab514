"""The published tables as dbt's manifest declares them: meaning, type, keys, relations, units, and what adds up."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sources.catalogue.model import Text

from publishing.tables import Tables

HERE = Path(__file__).parent
AFTER_GATE = HERE / "after_gate.yml"
"""The two tables that no dbt model makes, in the shape of a model's yml."""
NUMERIC = ("bigint", "double", "decimal")
"""How the type of a numeric column begins."""


class DictionaryError(Exception):
    """A table or column is not described as it must be."""


@dataclass(frozen=True)
class Column:
    """One published column. `unit` and `adds_up` are codes of the vocabulary, and None unless the column is numeric."""

    name: str
    data_type: str
    description: Text
    unit: str | None
    adds_up: str | None
    is_required: bool
    accepted_values: tuple[str, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether it holds numbers, which somebody will want to add up."""
        return self.data_type.startswith(NUMERIC)


@dataclass(frozen=True)
class Reference:
    """Columns whose values are all found in columns of another table."""

    columns: tuple[str, ...]
    table: str
    table_columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One published table. `has_own_workbook`: too long to share an Excel workbook with others."""

    name: str
    description: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    has_own_workbook: bool


@cache
def vocabulary() -> Mapping[str, Mapping[str, Text]]:
    """The sentences behind the codes, by the kind of the code, as `vocabulary.yml` names the kinds."""
    document = yaml.safe_load((HERE / "vocabulary.yml").read_text(encoding="utf-8"))
    return {
        kind: {code: Text(text["vi"].strip(), text["en"].strip()) for code, text in texts.items()}
        for kind, texts in document.items()
    }


def declared_tables(manifest: Mapping[str, Any]) -> dict[str, Table]:
    """Every published table by name, in order of names: the manifest's marts and those of `after_gate.yml`.

    Raises DictionaryError where a description is not `Vietnamese | English`, a unit or a rule is not of the vocabulary,
    or a numeric column has none.
    """
    tests: dict[str, list[Mapping[str, Any]]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("test_metadata"):
            tests.setdefault(node.get("attached_node") or "", []).append(node["test_metadata"])
    found = [
        _mart(node, tests.get(identity, []))
        for identity, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    ]
    document = yaml.safe_load(AFTER_GATE.read_text(encoding="utf-8"))
    found += [_after_gate(model) for model in document["models"]]
    return {table.name: table for table in sorted(found, key=lambda table: table.name)}


def require_described(tables: Tables, declared: Mapping[str, Table]) -> None:
    """Raise DictionaryError unless the release holds exactly the declared tables, with their columns and types."""
    problems = []
    for name in sorted({*tables.names(), *declared}):
        if name not in declared:
            problems.append(f"{name}: not declared")
        elif name not in tables.names():
            problems.append(f"{name}: declared, not in the release")
        else:
            expected = [(column.name, plain_type(column.data_type)) for column in declared[name].columns]
            there = [(row["column_name"], plain_type(row["column_type"])) for row in tables.rows(f'describe "{name}"')]
            problems += [f"{name}: declared {a}, in the release {b}" for a, b in _differences(expected, there)]
    if problems:
        raise DictionaryError(
            "bảng công bố khác từ điển | published tables differ from the dictionary: " + "; ".join(problems)
        )


def plain_type(data_type: str) -> str:
    """A type as DuckDB and dbt both write it: `decimal(12, 6)` and `DECIMAL(12,6)` are one."""
    return data_type.lower().replace(" ", "")


def _differences(expected: list[tuple[str, str]], there: list[tuple[str, str]]) -> Iterable[tuple[Any, Any]]:
    length = max(len(expected), len(there))
    filled = [side + [("nothing", "")] * (length - len(side)) for side in (expected, there)]
    return [(a, b) for a, b in zip(*filled, strict=True) if a != b]


def _mart(node: Mapping[str, Any], tests: list[Mapping[str, Any]]) -> Table:
    values: dict[str, tuple[str, ...]] = {}
    key: tuple[str, ...] = ()
    references = []
    for test in tests:
        arguments = test["kwargs"]
        if test["name"] == "accepted_values":
            values[arguments["column_name"]] = tuple(arguments["values"])
        elif test["name"] == "unique_key":
            key = max(key, tuple(arguments["columns"]), key=len)
        elif test["name"] == "known_in":
            columns = tuple(arguments["columns"])
            target = re.fullmatch(r"ref\('(\w+)'\)", arguments["to"])
            if target is None:
                raise DictionaryError(f"{node['name']}: known_in names {arguments['to']!r}, expected ref('…')")
            references.append(Reference(columns, target[1], tuple(arguments.get("to_columns") or columns)))
    return Table(
        node["name"],
        _text(node["description"], node["name"]),
        tuple(_column(node["name"], column, values.get(column["name"], ())) for column in node["columns"].values()),
        key,
        tuple(sorted(references, key=lambda reference: (reference.table, reference.columns))),
        _own_workbook(node),
    )


def _own_workbook(node: Mapping[str, Any]) -> bool:
    told = node["config"].get("meta", {}).get("workbook", "shared")
    if told not in ("own", "shared"):
        raise DictionaryError(f"{node['name']}: workbook is {told!r}, expected own or shared")
    return bool(told == "own")


def _after_gate(model: Mapping[str, Any]) -> Table:
    name = model["name"]
    columns = tuple(_column(name, column, tuple(column.get("accepted_values", ()))) for column in model["columns"])
    return Table(name, _text(model["description"], name), columns, tuple(model["key"]), (), False)


def _column(table: str, column: Mapping[str, Any], accepted_values: tuple[str, ...]) -> Column:
    where = f"{table}.{column['name']}"
    meta = column.get("config", {}).get("meta", {})
    made = Column(
        column["name"],
        column["data_type"],
        _text(column["description"], where),
        meta.get("unit"),
        meta.get("adds_up"),
        any(constraint["type"] == "not_null" for constraint in column.get("constraints", ())),
        accepted_values,
    )
    for code, kind in ((made.unit, "units"), (made.adds_up, "adds_up")):
        if made.is_numeric and code not in vocabulary()[kind]:
            raise DictionaryError(f"{where}: {kind} is {code!r}, expected one of {', '.join(vocabulary()[kind])}")
        if not made.is_numeric and code is not None:
            raise DictionaryError(f"{where}: {kind} is {code!r}, but the column holds no numbers")
    return made


def _text(description: str, where: str) -> Text:
    parts = description.strip().split(" | ")
    if len(parts) != 2:
        raise DictionaryError(f"{where}: described as {description!r}, expected 'Vietnamese | English'")
    return Text(parts[0].strip(), parts[1].strip())
