"""The model of `corrections.yml`: known errors of a source, where, what is done about each, why and on whose word.

`drop` leaves a row out, `override` gives one cell another value, `scale` multiplies a column of one delivery by an
exact factor (sent in millions, say), `flag` leaves the row as it is and tells of it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sources.contract import Dataset
from sources.registry import contracts

WHOLE_DELIVERY = "delivery:"
"""Before a delivery's id in `row_key`: every row of it."""
_NUMBERS = ("integer", "money")


class CorrectionError(Exception):
    """An entry that cannot be applied; the text names the file, the entry and what is wrong, Vietnamese first."""


class Correction(BaseModel):
    """One decided correction."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    dataset: str
    action: Literal["drop", "override", "scale", "flag"]
    row_key: str | None = None
    """The texts of the dataset's key columns joined by "|"."""
    delivery_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    column_name: str | None = None
    new_value: str | None = None
    factor: Decimal | None = None
    reason: str = Field(min_length=1)
    reported_by: str = Field(min_length=1)
    reported_at: date
    decided_at: datetime

    @field_validator("new_value", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return value if value is None else str(value)

    @field_validator("factor", mode="before")
    @classmethod
    def _exactly(cls, value: object) -> object:
        if isinstance(value, float):
            raise ValueError("hãy viết hệ số trong dấu nháy, như '0.001' | quote a factor with decimals, as '0.001'")
        return value

    @field_validator("decided_at", mode="before")
    @classmethod
    def _from_its_start(cls, value: object) -> object:
        is_day = isinstance(value, date) and not isinstance(value, datetime)
        return datetime.combine(value, time.min) if is_day else value  # type: ignore[arg-type]

    @model_validator(mode="after")
    def _whole(self) -> "Correction":
        given = self.model_fields_set
        needed = {
            "drop": {"row_key"},
            "override": {"row_key", "column_name", "new_value"},
            "scale": {"delivery_id", "column_name", "factor"},
            "flag": {"delivery_id"} if self.delivery_id else {"row_key"},
        }[self.action]
        allowed = needed | ({"column_name"} if self.action == "flag" else set())
        where_and_what = given & {"row_key", "delivery_id", "column_name", "new_value", "factor"}
        if missing := needed - given:
            raise ValueError(f"{self.action} cần {', '.join(sorted(missing))} | {self.action} needs these")
        if strange := where_and_what - allowed:
            raise ValueError(f"{self.action} không có {', '.join(sorted(strange))} | {self.action} takes none of these")
        if self.factor is not None and not (self.factor > 0 and self.factor != 1):
            raise ValueError("hệ số phải dương và khác 1 | the factor is positive and not 1")
        if self.factor is not None and self.factor.as_tuple().exponent < -6:  # type: ignore[operator]
            raise ValueError("hệ số có nhiều nhất 6 chữ số thập phân | a factor has at most 6 decimals")
        return self

    @property
    def place(self) -> str:
        """Where it applies, as staging compares it."""
        return f"{WHOLE_DELIVERY}{self.delivery_id}" if self.delivery_id else self.row_key or ""

    @property
    def value(self) -> str | None:
        """What staging writes, or multiplies by."""
        return f"{self.factor:f}" if self.factor is not None else self.new_value


def load_corrections(source_code: str, sources: Path) -> list[Correction]:
    """Every correction of one source, decided or not; raises CorrectionError."""
    path = sources / source_code / "corrections.yml"
    if not path.exists():
        return []
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise CorrectionError(f"{source_code}/{path.name}: không đọc được: {error} | is not readable YAML") from error
    found = found.get("corrections") or [] if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise CorrectionError(f"{source_code}/{path.name}: phải là một danh sách | must be a list")
    corrections: list[Correction] = []
    for number, entry in enumerate(found, 1):
        place = f"{source_code}/{path.name}, mục | entry {number}"
        correction = _correction(entry, place)
        _check(correction, source_code, place)
        if any(correction.code == other.code for other in corrections):
            raise CorrectionError(f"{place}: mã {correction.code} đã có | this code is taken")
        corrections.append(correction)
    return corrections


def _correction(entry: object, place: str) -> Correction:
    if not isinstance(entry, Mapping):
        raise CorrectionError(f"{place}: phải có code, dataset, action… | must be a mapping")
    try:
        return Correction(**{str(name): value for name, value in entry.items()})
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'mục'}: {one['msg']}" for one in error.errors())
        raise CorrectionError(f"{place}: {said}") from error


def _check(correction: Correction, source_code: str, place: str) -> None:
    """What only the contract knows: the dataset, the shape of its key, the column and its type."""
    dataset = contracts()[source_code].datasets.get(correction.dataset)
    if dataset is None:
        known = ", ".join(contracts()[source_code].datasets)
        raise CorrectionError(
            f"{place}: không có bộ số liệu {correction.dataset}, chỉ có {known} | no such dataset, only these"
        )
    if correction.row_key is not None and correction.row_key.count("|") != len(dataset.key) - 1:
        shape = "|".join(dataset.key)
        raise CorrectionError(f"{place}: row_key phải có dạng {shape} | row_key is of this shape")
    if correction.column_name is not None:
        _check_column(correction, dataset, place)


def _check_column(correction: Correction, dataset: Dataset, place: str) -> None:
    name = correction.column_name or ""
    column = dataset.landed.get(name)
    if column is None:
        raise CorrectionError(f"{place}: hợp đồng không có cột {name} | the contract has no such column")
    if correction.action != "flag" and name in dataset.key:
        raise CorrectionError(f"{place}: {name} là cột khóa, hãy dùng drop | a key column is not changed: drop the row")
    if correction.action == "scale" and not (column.type in _NUMBERS or column.type.startswith("decimal")):
        raise CorrectionError(f"{place}: cột {name} không phải số | scale needs a column of numbers")
    if correction.action == "override" and correction.new_value is not None:
        import duckdb

        from sources.door.rows import sql_type

        with duckdb.connect() as engine:
            cast = engine.execute(f"select try_cast($1 as {sql_type(column)})", [correction.new_value]).fetchall()
        if cast[0][0] is None:
            raise CorrectionError(
                f"{place}: «{correction.new_value}» không phải {column.type} | it is not of the column's type"
            )


def as_row(source_code: str, correction: Correction) -> dict[str, Any]:
    """The correction as the definition table `corrections` keeps it."""
    return {
        "source_code": source_code,
        "dataset": correction.dataset,
        "correction_code": correction.code,
        "row_key": correction.place,
        "action": correction.action,
        "column_name": correction.column_name,
        "new_value": correction.value,
        "reason": correction.reason,
        "reported_by": correction.reported_by,
        "reported_at": correction.reported_at,
        "decided_at": correction.decided_at,
    }
