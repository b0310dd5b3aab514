"""What a contract says of a dataset that is fetched rather than sent: the model of `pull:` in `source.yml`.

Addresses and secrets are never in a contract: it names the environment variables that hold them. A dataset whose
address variable is not set is not fetched; its deliveries then come as files.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Variable = Annotated[str, Field(pattern=r"^LANGSON_[A-Z0-9_]+$")]
"""The name of an environment variable, not its value."""
Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")]
"""A dotted path into a JSON answer."""


class Strict(BaseModel):
    """A part of a contract: an unknown word in the file is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Login(Strict):
    """A bearer login: posted as JSON, renewed before it ends and once more when the server says 401."""

    path: str
    user: Variable
    password: Variable
    fields: tuple[str, str] = ("username", "password")
    token: Place
    expires_in: Place | None = None
    """Where the answer gives the token's life in seconds; without it only a 401 renews."""


class PageNumber(Strict):
    """`pageNumber` and `pageSize` in the query, pages and rows counted in the answer."""

    style: Literal["page_number"]
    number: str
    size_name: str
    size: int
    first: int = 1
    pages: tuple[Place, ...]
    total: tuple[Place, ...] = ()


class Cursor(Strict):
    """Each answer names the state to ask for next; an empty or absent state is the end."""

    style: Literal["cursor"]
    name: str
    next: Place
    total: tuple[Place, ...] = ()
    size_name: str | None = None
    size: int | None = None


class PageHeader(Strict):
    """A page number in the query, the count of pages in a header of the answer."""

    style: Literal["page_header"]
    number: str
    size_name: str
    size: int
    first: int = 1
    header: str


class RestPull(Strict):
    """One window of a REST interface, all its pages as one JSON delivery.

    `path` and the values of `query` may hold {start}, {end} (ISO days of the window) and {part}.
    """

    address: Variable
    path: str
    query: Mapping[str, str] = Field(default_factory=dict)
    login: Login | None = None
    paging: Annotated[PageNumber | Cursor | PageHeader, Field(discriminator="style")]
    rows: Annotated[tuple[Place, ...], Field(min_length=1)]
    """Where an answer holds its records, as dotted paths; the first that is a list. The delivery has them at the first
    of these places."""
    key: tuple[Place, ...]
    """What identifies a record, one field or several: pages that overlap are noticed by it."""
    file: str
    """Name of the delivery, with {start}, {end} as yyyymmdd and {part}."""
    requests_per_second: float = 10
    timeout_seconds: float = 30
    attempts: int = 6


class SqlPull(Strict):
    """One query of a database, as one Parquet delivery of texts.

    `address` names the variable with an SQLAlchemy URL. The query takes :start, :end (dates) and :part as parameters.
    It orders its rows by something that leaves no ties: the same data must give the same bytes.
    """

    address: Variable
    query: str
    file: Annotated[str, Field(pattern=r"\.parquet$")]
    """Name of the delivery, with {start}, {end} as yyyymmdd and {part}."""
    chunk_rows: Annotated[int, Field(gt=0)] = 50_000
    timeout_seconds: Annotated[float, Field(gt=0)] = 300
    """How long the server may work on the query, and how long it may send nothing."""
    attempts: Annotated[int, Field(gt=0)] = 4

    @model_validator(mode="after")
    def _one_ordered_query(self) -> "SqlPull":
        bare = outermost_sql(self.query)
        if not re.match(r"(select|with)\b", bare) or ";" in bare:
            raise ValueError("the query is one select, without a semicolon")
        if not re.search(r"\border\s+by\b", bare):
            raise ValueError("the query says in which order its rows come: without ORDER BY a resend is not recognised")
        if unknown := self.parameters - {"start", "end", "part"}:
            raise ValueError(f"unknown parameters: {', '.join(sorted(unknown))}")
        return self

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that the query takes."""
        return frozenset(re.findall(r"(?<![:\w]):(\w+)", _QUOTED.sub("", self.query)))


_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)


def outermost_sql(query: str) -> str:
    """A query in lower case without its texts, quoted names, comments and everything in brackets."""
    bare, before = _QUOTED.sub(" ", query).lower(), ""
    while bare != before:
        before, bare = bare, re.sub(r"\([^()]*\)", " ", bare)
    return bare.strip()


class Pull(Strict):
    """How a dataset is fetched, one way or the other."""

    rest: RestPull | None = None
    sql: SqlPull | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Pull":
        if (self.rest is None) == (self.sql is None):
            raise ValueError("a pull is either rest or sql")
        return self

    @property
    def address(self) -> str:
        """The variable that must be set for the dataset to be fetched."""
        return self._way.address

    @property
    def file(self) -> str:
        """The template of a delivery's name."""
        return self._way.file

    @property
    def _way(self) -> RestPull | SqlPull:
        way = self.rest or self.sql
        assert way is not None, "a pull has a way"
        return way
