"""What a source system promises to hand over: the model of `sources/<source>/source.yml`.

Here belongs the shape of a contract and its own consistency. Reading files belongs to `formats`, deciding about a
delivery to `door`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sources.formats.base import Limits, fold
from sources.transports.model import Pull

SOURCES = Path(__file__).parent

_TYPES = r"^(text|code|code_list|date|timestamp|integer|boolean|money|decimal\(\d+,\d+\))$"
ColumnType = Annotated[str, Field(pattern=_TYPES)]
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
    normalise: Literal["text", "citizen_number", "insurance_tail", "phone"] | None = None
    formats: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    json_: str | None = Field(default=None, alias="json")
    """Of a nested JSON value: `count …` of its elements, or `value KEY …`: its first field that is not empty."""
    once: bool = False
    """Of a record with `unnest` elements: said in the record's own row only, so that what is wrong costs one row."""
    coalesce: bool = False
    join: str | None = None
    """What stands between the texts of several columns that are one: a place told as commune and district."""
    zero_fill: int | None = None
    strip_zeros: bool = False
    strip_fraction: bool = False
    """A number's empty fraction goes: a sheet that took a code for a number writes 20178001.0."""
    pattern: str | None = None
    """The shape the whole text must have; another rejects the row."""
    matches: str | None = None
    """Of a boolean: whether this expression is found in the folded text, which is itself never landed."""
    drop_prefix: str | None = None
    """Letters that some systems put before the code itself."""
    check: Literal["tax_code"] | None = None
    counted_in: Literal["dong", "as_said"] | None = None
    """Of money: đồng unless the header or a title row says otherwise, or never read unless one of them says."""
    extract: str | None = None
    """Of a text, the part that counts: what the pattern's one group finds; a text it does not find stays whole."""
    fill: tuple[Literal["above", "group", "title"], ...] = ()
    """Where an empty cell takes its value from, in this order: the merged cell above it in its own block of rows, the
    group row, the title's unit."""

    @model_validator(mode="after")
    def _complete(self) -> "Column":
        if (self.pattern and self.type != "text") or (self.matches and self.type != "boolean"):
            raise ValueError("pattern belongs to a text, matches to a boolean")
        if self.type in ("code", "code_list") and not self.codes:
            raise ValueError("a code column lists its codes")
        if self.type in ("date", "timestamp") and self.pii != "drop" and not self.formats:
            raise ValueError("a date column lists its formats")
        if (self.type == "money") != (self.counted_in is not None):
            raise ValueError("a column of money, and only that, says what it is counted in")
        if self.json_ and (self.type == "integer") != self.json_.startswith("count"):
            raise ValueError("json counts into an integer, or takes a value of a field")
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


class Change(Strict):
    """Names a source gives to columns from a day on. Earlier deliveries keep theirs; later ones may use either."""

    from_: date = Field(alias="from")
    columns: Mapping[str, tuple[str, ...]]


class DeliveryLayout(Strict):
    """One way the dataset arrives."""

    match: str
    format: Literal["xlsx", "csv", "html_table", "json", "xml", "xml_zip", "parquet"]
    records: tuple[str, ...] = ()
    unnest: str | None = None
    single: tuple[str, ...] = ()
    """Where an answer holds one record and no list: names of an object in the envelope, "." for the answer itself."""
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Columns this way of delivery always carries: their absence means a renamed column, not an empty one."""


class Exclusion(Strict):
    """Rows that a rule leaves out: counted, never stored.

    `when` is SQL over the typed columns; "text of NAME" is what the file had.
    """

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
    """Who is expected to send: unit levels, "-" for one sender, or operators by the words that name them.

    An operator's data are of the whole province. A file that names none of them in its name or title is refused.
    """

    each: tuple[Literal["department", "district", "commune", "-"], ...] = ()
    named: Mapping[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")], tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> "Parts":
        if bool(self.each) == bool(self.named):
            raise ValueError("parts are either `each` of some units or `named`")
        return self


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
    pull: Pull | None = None
    """How the dataset is fetched where the address is known; else it is sent as files."""
    columns: Mapping[str, Column]
    ignore: tuple[str, ...] = ()
    """Known columns of the real export that nothing here needs."""
    exclude: tuple[Exclusion, ...] = ()
    changes: tuple[Change, ...] = ()
    """Renamed columns, each with the day its delivery windows may first carry the new names."""

    @model_validator(mode="after")
    def _names_exist(self) -> "Dataset":
        named = {*self.key, *self.window_dates, *self.resolve}
        named |= {name for layout in self.deliveries for name in layout.needs}
        named |= {name for name in (self.updated, self.as_at_column) if name}
        named |= {name for change in self.changes for name in change.columns}
        if self.pull and self.cadence != "monthly":
            raise ValueError("what is fetched is fetched by the month")
        if self.unit:
            unit = self.unit
            named |= {name for name in (unit.code, unit.name, unit.within, unit.tier) if name}
        if unknown := named - set(self.columns):
            raise ValueError(f"columns that do not exist: {', '.join(sorted(unknown))}")
        sheets = all(layout.format in ("xlsx", "csv", "html_table") for layout in self.deliveries)
        if not sheets and any("above" in column.fill for column in self.columns.values()):
            raise ValueError("only the rows of a sheet have cells above them")
        return self

    @cached_property
    def landed(self) -> Mapping[str, Column]:
        """The columns that exist behind the door."""
        return {name: column for name, column in self.columns.items() if column.landed}

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Folded header names a reader looks for."""
        return frozenset(fold(name) for column in self.columns for name in self.names_of(column))

    def names_of(self, column: str) -> tuple[str, ...]:
        """Every header name a column may come under, those of dated changes last."""
        changed = (name for change in self.changes for name in change.columns.get(column, ()))
        return (*self.columns[column].from_, *changed)

    def known_from(self, column: str, name: str) -> date | None:
        """The day from which a column may come under a name; None when it always could."""
        if fold(name) in map(fold, self.columns[column].from_):
            return None
        days = [change.from_ for change in self.changes if fold(name) in map(fold, change.columns.get(column, ()))]
        return min(days, default=None)

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
        """What the delivery was read under: a changed one reads a file again. How it was fetched changes no row."""
        read = self.model_dump(mode="json", by_alias=True, exclude={"pull"})
        text = json.dumps(read, ensure_ascii=False, sort_keys=True)
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
    # The loader written in C: every command and every reader's process reads all contracts.
    contract = SourceContract.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    if contract.code != path.parent.name:
        raise ValueError(f"{path}: code {contract.code!r} is not the name of its folder")
    return contract
