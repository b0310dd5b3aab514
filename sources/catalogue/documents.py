"""Reads the YAML files of `indicators/` strictly and holds each against its JSON Schema.

YAML 1.1 would read `no` as false, `2022-06-21` as a date and the second of two equal keys silently: not here.
"""

import json
import re
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

INDICATORS = Path(__file__).resolve().parents[2] / "indicators"
SCHEMA_FOLDER = INDICATORS / "schemas"
NOT_INDICATORS = frozenset({"measures", "directive", "scoring"})
"""Files of `indicators/` that are not one indicator each."""


class CatalogueError(Exception):
    """The files of `indicators/` are not usable; `errors` says why, one readable line each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


class _StrictLoader(yaml.CSafeLoader):
    """A YAML reader that guesses no type beyond null, true, false and whole numbers, and refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping; raises ConstructorError for a key given twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"khóa lặp lại: {key.value} | key given twice: {key.value}", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _plain(tag: str, pattern: str, first: str) -> None:
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_plain("bool", r"^(true|false)$", "tf")
_plain("int", r"^-?(0|[1-9][0-9]*)$", "-0123456789")


def read_yaml(path: Path) -> Any:
    """One YAML file as plain data; raises CatalogueError for text that is not YAML or a key given twice."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
    except yaml.YAMLError as error:
        raise CatalogueError([f"{path.name}: không đọc được YAML | not readable as YAML: {error}"]) from error


@cache
def _validator(name: str) -> Draft202012Validator:
    documents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMA_FOLDER.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        [(file_name, Resource.from_contents(document)) for file_name, document in documents.items()]
    )
    return Draft202012Validator(documents[f"{name}.schema.json"], registry=registry)


def _where(error: ValidationError) -> str:
    """The place of an error as a person would write it: `targets[0].value`."""
    place = ""
    for step in error.absolute_path:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else str(step)
    return place or "-"


def _description(error: ValidationError) -> str:
    """What the schema says belongs there; empty when it says nothing."""
    return str(error.schema.get("description", "")) if isinstance(error.schema, dict) else ""


def _readable(error: ValidationError) -> str:
    """What is wrong, then what is expected there (the schema's own description, Vietnamese first)."""
    expected: Any = error.validator_value
    found: Any = error.instance
    if error.validator == "required":
        missing = [name for name in expected if name not in found]
        text = f"thiếu {', '.join(missing)} | missing {', '.join(missing)}"
    elif error.validator == "dependentRequired":
        text = f"thiếu trường đi kèm | a field that belongs with it is missing: {error.message}"
    elif error.validator == "additionalProperties":
        text = f"có trường không biết | unknown field: {error.message}"
    elif error.validator in ("enum", "const"):
        allowed = expected if error.validator == "enum" else [expected]
        choices = ", ".join(str(choice) for choice in allowed)
        text = f"{error.instance!r} không có trong | is not one of: {choices}"
    else:
        text = f"không hợp lệ | not valid: {error.message}"
    description = _description(error)
    return f"{text} ({description})" if description else text


def _leaves(error: ValidationError) -> list[ValidationError]:
    """The errors inside an anyOf, deepest last: the branch that fits best says more than "fits none"."""
    return [leaf for child in error.context for leaf in _leaves(child)] if error.context else [error]


def shape_errors(schema: str, document: Any, file_name: str) -> list[str]:
    """Every way a document breaks the schema `indicator`, `measures` or `directive`: sorted readable lines."""
    errors: list[str] = []
    for error in _validator(schema).iter_errors(document):
        told = max(_leaves(error), key=lambda leaf: bool(_description(leaf)))
        errors.append(f"{file_name}: {_where(told)}: {_readable(told)}")
    return sorted(set(errors))


def indicator_files(root: Path) -> list[Path]:
    """The files of one indicator each, in order of code."""
    return [path for path in sorted(root.glob("*.yml")) if path.stem not in NOT_INDICATORS]
