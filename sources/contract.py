"""What a source system promises to hand over: the model of `sources/<source>/source.yml`.

Here belongs the shape of a contract and its own consistency. Reading files belongs to `formats`, deciding about a
delivery to `door`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sources.formats.base import Limits, fold

SOURCES = Path(__file__).parent

ColumnType = Annotated[str, Field(pattern=r"^(text|code|date|timestamp|integer|boolean|decimal\(\d+,\d+\))$")]
WindowOrigin = Literal["title", "filename", "rows", "received", "column"]
_SIZES = {"KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


def _size(value: object) -> object:
    """Read "100 MB" as a number of bytes; a plain number stays."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d+) (KB|MB|GB)", value)):
        return int(found[1]) * _SIZES[found[2]]
    return value


Size = Annotated[int, BeforeValidator(_size)]


class Strict(BaseModel):
    """A part of a contract: an unknown word in the file is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(Strict):
    """What a person reads: Vietnamese first."""

    vi: str
    en: str


class Column(Strict):
    """One landed column: the header names it may come under, its type, and what may be told of it in a rejection."""

    from_: tuple[str, ...] = Field(alias="from")
    type: ColumnType
    required: bool | Literal["column"] = False
    public: bool | str = False
    pii: Literal["drop", "hash"] | None = None
    normalise: Literal["text", "citizen_number", "insurance_tail"] | None = None
    formats: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    json_: str | None = Field(default=None, alias="json")
    coalesce: bool = False
    zero_fill: int | None = None
    strip_zeros: bool = False
    check: Literal["tax_code"] | None = None
    extract: str | None = None
    """Of a text, the part that counts: what the pattern's one group finds; a text it does not find stays whole."""
    fill: tuple[Literal["group", "title"], ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> "Column":
        if self.type == "code" and not self.codes:
            raise ValueError("a code column lists its codes")
        if self.type in ("date", "timestamp") and self.pii != "drop" and not self.formats:
            raise ValueError("a date column lists its formats")
        if (self.pii == "hash") != (self.normalise is not None):
            raise ValueError("a hashed column, and only that, names its normaliser")
        if self.extract is not None and (self.type != "text" or re.compile(self.extract).groups != 1):
            raise ValueError("only of a text a part is taken, by a pattern with one group")
        folded = [fold(text) for texts in self.codes.values() for text in set(map(fold, texts))]
        if len(folded) != len(set(folded)):
            raise ValueError("one text stands for two codes")
        return self

    @property
    def landed(self) -> bool:
        """Whether the column exists behind the door."""
        return self.pii != "drop"


class DeliveryLayout(Strict):
    """One way the dataset arrives."""

    match: str
    format: Literal["xlsx", "csv", "html_table", "json", "xml", "xml_zip"]
    records: tuple[str, ...] = ()
    unnest: str | None = None
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Columns this way of delivery always carries: their absence means a renamed column, not an empty one."""


class Exclusion(Strict):
    """Rows that a rule leaves out: counted, never stored. `when` is SQL over the typed columns."""

    rule: str
    when: str
    source: str


class UnitColumns(Strict):
    """Which columns name the unit of a row. `within` names the unit that `name` lies in: read as "name, within"."""

    code: str | None = None
    name: str | None = None
    within: str | None = None
    tier: str | None = None
    optional: bool = False


class SizeLimits(Strict):
    """Limits a delivery must keep before it is read; what is not said takes the readers' defaults."""

    bytes: Size | None = None
    unpacked: Size | None = None
    ratio: int | None = None
    members: int | None = None
    depth: int | None = None


class Parts(Strict):
    """Who is expected to send: unit levels, or "-" for one sender."""

    each: tuple[Literal["department", "district", "commune", "-"], ...]


class Dataset(Strict):
    """One list a source system hands over."""

    label: Label
    kind: Literal["events", "register", "snapshot"]
    key: tuple[str, ...]
    updated: str | None = None
    cadence: Literal["monthly", "quarterly", "yearly"]
    state_of: Literal["month_end", "year_end"] = "month_end"
    """Of a snapshot: a month shows the newest state up to its own last day, or one figure up to 31 December."""
    grace: Annotated[str, Field(pattern=r"^\d+ working days$")]
    max_age_months: int | None = None
    parts: Parts
    window: tuple[WindowOrigin, ...]
    window_dates: tuple[str, ...] = ()
    as_at_column: str | None = None
    unit: UnitColumns | None = None
    resolve: tuple[str, ...] = ()
    limits: SizeLimits = SizeLimits()
    deliveries: tuple[DeliveryLayout, ...]
    columns: Mapping[str, Column]
    ignore: tuple[str, ...] = ()
    """Known columns of the real export that nothing here needs."""
    exclude: tuple[Exclusion, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> "Dataset":
        named = {*self.key, *self.window_dates, *self.resolve}
        named |= {name for layout in self.deliveries for name in layout.needs}
        named |= {name for name in (self.updated, self.as_at_column) if name}
        if self.unit:
            unit = self.unit
            named |= {name for name in (unit.code, unit.name, unit.within, unit.tier) if name}
        if unknown := named - set(self.columns):
            raise ValueError(f"columns that do not exist: {', '.join(sorted(unknown))}")
        return self

    @cached_property
    def landed(self) -> Mapping[str, Column]:
        """The columns that exist behind the door."""
        return {name: column for name, column in self.columns.items() if column.landed}

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Folded header names a reader looks for."""
        return frozenset(fold(name) for column in self.columns.values() for name in column.from_)

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Folded header names that may be there and are not read."""
        return frozenset(fold(name) for name in (*self.ignore, "STT", "TT", "Ghi chú"))

    @cached_property
    def grace_working_days(self) -> int:
        """Working days after a period's end within which its delivery is not late."""
        return int(self.grace.split()[0])

    @cached_property
    def contract_hash(self) -> str:
        """What the delivery was read under: a changed contract reads a file again."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def reader_limits(self) -> Limits:
        """The limits in the readers' own form."""
        return Limits(**{name: value for name, value in self.limits.model_dump().items() if value is not None})


class SourceContract(Strict):
    """One source system and the datasets it hands over."""

    code: str
    number: str
    label: Label
    owner: str
    timezone: Literal["Asia/Ho_Chi_Minh"]
    earliest: str
    datasets: Mapping[str, Dataset]

    @model_validator(mode="before")
    @classmethod
    def _earliest_as_text(cls, data: dict[str, object]) -> dict[str, object]:
        return {**data, "earliest": str(data["earliest"])} if "earliest" in data else data


def load_contract(path: Path) -> SourceContract:
    """Read one `source.yml`; raises pydantic.ValidationError naming the place of what is wrong."""
    contract = SourceContract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    if contract.code != path.parent.name:
        raise ValueError(f"{path}: code {contract.code!r} is not the name of its folder")
    return contract
