"""Rewrites the measure models so that every count carries the landed rows it was made of.

The models are taken as they are: rendered, parsed, and given one more column, `_rows`: a list of (delivery_id,
row_number, the staging relation, the row's place in it, since elements of one record share its row number). A staging
row brings its own; a select passes on that of the relation it starts from; a group, a distinct and a union gather those
of what they bring together. So the rows shown are the ones the very SQL of the release counted. Of a join the rows of
the thing that is counted pass on, not those of what is looked up beside it: the first relation that is neither optional
nor gathered from others.
"""

from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path

import jinja2
import sqlglot
from sqlglot import exp

ROWS = "_rows"
_GATHERED = f"flatten(list({ROWS}))"


class Carries(IntEnum):
    """Whether a relation's rows tell landed rows, and whether several of them stand behind one."""

    NOTHING = 0
    EACH = 1
    GATHERED = 2


class Lineage:
    """The models of a dbt project, rewritten on demand.

    `columns` tells the columns of every table in the warehouse; `definitions` is the folder of the declared facts;
    `only_months` restricts the calendars (of a state, each month is counted by itself) as a condition on period_start.
    """

    def __init__(
        self, project: Path, columns: Mapping[str, frozenset[str]], definitions: Path, only_months: str | None = None
    ) -> None:
        self._models = {path.stem: path for path in (project / "models").rglob("*.sql")}
        self._columns = columns
        self._only_months = only_months
        self._carrying: dict[str, Carries] = {}
        self.ctes: dict[str, str] = {}
        macros = "".join(path.read_text(encoding="utf-8") for path in sorted((project / "macros").glob("*.sql")))

        def source(_group: str, table: str) -> str:
            return f"read_parquet('{definitions / table}.parquet')"

        self._environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
        self._environment.globals.update(ref=str, source=source)
        self._macros = macros

    def events_of(self, model: str) -> str:
        """SQL of one measure model's counts with their `_rows`; raises ValueError when it has none."""
        if not self._relation(model):
            raise ValueError(f"{model}: reads no landed row")
        before = ", ".join(f"{name} as ({query})" for name, query in self.ctes.items())
        return f"with {before} select * from {model}"

    def _relation(self, name: str) -> Carries:
        """Make a table or model known; whether it carries rows."""
        if name not in self._carrying:
            self._carrying[name] = self._known(name)
        return self._carrying[name]

    def _known(self, name: str) -> Carries:
        if name.startswith(("stg_", "base_")):
            if not {"delivery_id", "row_number"} <= self._columns[name]:
                return Carries.NOTHING
            own = f"delivery_id := delivery_id, row_number := row_number, relation := '{name}', place := rowid"
            self.ctes[name] = f"select *, [struct_pack({own})] as {ROWS} from main.{name}"
            return Carries.EACH
        if name in ("int_month", "int_snapshot_month", "int_unit_month") and self._only_months:
            self.ctes[name] = f"select * from main.{name} where {self._only_months}"
            return Carries.NOTHING
        if not name.startswith("int_") or name not in self._models:
            return Carries.NOTHING
        text = self._environment.from_string(self._macros + self._models[name].read_text(encoding="utf-8")).render()
        query, carries = self._query(sqlglot.parse_one(text, dialect="duckdb"), {})
        if carries:
            self.ctes[name] = query.sql(dialect="duckdb")
        return carries

    def _query(self, query: exp.Expr, scope: Mapping[str, Carries]) -> tuple[exp.Expr, Carries]:
        """A select or a union, rewritten, and whether it carries rows; `scope` are the CTEs it may name."""
        scope = dict(scope)
        clause = query.args.get("with_")
        for cte in clause.expressions if clause is not None else ():
            changed, carries = self._query(cte.this, scope)
            cte.set("this", changed)
            scope[cte.alias] = carries
        if isinstance(query, exp.Union):
            return self._union(query, scope)
        if isinstance(query, exp.Select):
            return self._select(query, scope)
        raise ValueError(f"cannot follow {type(query).__name__}: {query.sql(dialect='duckdb')[:80]}")

    def _union(self, query: exp.Union, scope: Mapping[str, Carries]) -> tuple[exp.Expr, Carries]:
        arms = [self._query(arm, scope) for arm in (query.left, query.right)]
        if not any(carries for _, carries in arms):
            return query, Carries.NOTHING
        for name, (arm, carries) in zip(("this", "expression"), arms, strict=True):
            if not carries:
                arm.expressions.append(sqlglot.parse_one(f"[] as {ROWS}", dialect="duckdb"))
            query.set(name, arm)
        if not query.args.get("distinct"):
            return query, max(carries for _, carries in arms)
        # Equal rows of both arms are one, made of the rows of each.
        query.set("distinct", False)
        clause = query.args.pop("with_", None)
        body = query.sql(dialect="duckdb")
        whole = sqlglot.parse_one(
            f"select * exclude ({ROWS}), {_GATHERED} as {ROWS} from ({body}) as arms group by all", dialect="duckdb"
        )
        if clause is not None:
            whole.set("with_", clause)
        return whole, Carries.GATHERED

    def _select(self, query: exp.Select, scope: Mapping[str, Carries]) -> tuple[exp.Expr, Carries]:
        start = query.args.get("from_")
        if start is None:
            return query, Carries.NOTHING
        joins = query.args.get("joins") or []
        sides = {start.this.alias_or_name: "", **{join.this.alias_or_name: join.side or "" for join in joins}}
        read = {
            source.alias_or_name: self._source(source, scope) for source in (start.this, *(join.this for join in joins))
        }
        carrying = [name for name, carries in read.items() if carries]
        if not carrying:
            return query, Carries.NOTHING
        for column in [column for column in query.expressions if column.is_star]:
            _leave_out_rows(column)
        if any(side in ("FULL", "RIGHT") for side in sides.values()):
            counted, rows = carrying[0], f"coalesce({', '.join(f'{name}.{ROWS}' for name in carrying)})"
        else:
            counted = min(carrying, key=lambda name: (sides[name] == "LEFT", read[name] == Carries.GATHERED))
            rows = f"{counted}.{ROWS}"
        is_distinct = query.args.get("distinct") is not None
        gathers = is_distinct or bool(query.args.get("group")) or any(map(_is_aggregate, query.expressions))
        if gathers:
            rows = f"flatten(list({rows}))"
        if is_distinct:
            query.set("distinct", None)
            query.set("group", sqlglot.parse_one("select 1 group by all", dialect="duckdb").args["group"])
        query.expressions.append(sqlglot.parse_one(f"{rows} as {ROWS}", dialect="duckdb"))
        return query, Carries.GATHERED if gathers else read[counted]

    def _source(self, source: exp.Expr, scope: Mapping[str, Carries]) -> Carries:
        """Whether what a select reads carries rows."""
        if isinstance(source, exp.Subquery):
            changed, carries = self._query(source.this, scope)
            source.set("this", changed)
            return carries
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            return scope[source.name] if source.name in scope else self._relation(source.name)
        return Carries.NOTHING


def _leave_out_rows(column: exp.Expr) -> None:
    """`x.*` without the rows that come with x: they are named once, last."""
    star = column if isinstance(column, exp.Star) else column.find(exp.Star)
    if star is None:
        raise ValueError(f"no star in {column.sql(dialect='duckdb')}")
    star.set("except_", [*(star.args.get("except_") or []), exp.column(ROWS)])


def _is_aggregate(column: exp.Expr) -> bool:
    """Whether a column is an aggregate, not one over a window."""
    return any(found.find_ancestor(exp.Window) is None for found in column.find_all(exp.AggFunc))
