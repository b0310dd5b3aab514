"""`langson rank`: the published ranking, or what another rule file would make of the same published counts.

The rules are applied by the warehouse's own models (`int_score_part`, `int_emulation_ranking`), whose SQL is read from
the dbt project and run over the release's files: there is one rule of scoring, not two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, StrictUndefined
from sources.catalogue import CatalogueError, own_catalogue
from sources.catalogue.scoring import load_scoring, scoring_errors, scoring_tables

from pipelines.errors import LangsonError
from pipelines.home import DBT_PROJECT

MODELS = ("int_score_part", "int_emulation_ranking")
FROM_RELEASE = {"int_pace": "rpt_pace", "int_unit": "dim_unit"}
"""What the models read, and the published table that holds it."""


@dataclass(frozen=True)
class Standing:
    """One unit's place: what it was by the published rules, what it is by the others, and each indicator's share."""

    unit_code: str
    label_vi: str
    score: Decimal | None
    rank: int | None
    old_score: Decimal | None
    old_rank: int | None
    moved_by: tuple[tuple[str, Decimal], ...]
    """Indicators whose contribution to the score changed, the largest change first."""


@dataclass(frozen=True)
class Ranking:
    """One bloc's order in one month by one method. `is_other` says that other rules than the published ones made it."""

    bloc_code: str
    period_start: date
    method: str
    is_other: bool
    standings: tuple[Standing, ...]


def _sql_of(model: str) -> str:
    """A model's SQL with its inputs named as the views of this session."""
    [path] = DBT_PROJECT.glob(f"models/intermediate/emulation/{model}.sql")
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(path.read_text(encoding="utf-8")).render(
        ref=lambda name: name, source=lambda room, name: f"{room}_{name}"
    )


def _session(release: Path, rules: Path | None) -> duckdb.DuckDBPyConnection:
    """Published tables as views `rpt_…`; with rules, the models of scoring over them."""
    connection = duckdb.connect()
    for name in ("rpt_emulation_ranking", "rpt_score_part", *FROM_RELEASE.values()):
        path = release / "parquet" / f"{name}.parquet"
        connection.execute(f"create view {name} as from read_parquet('{path}')")
    if rules is None:
        return connection
    for name, table in scoring_tables(_checked(rules)).items():
        connection.register(f"definitions_{name}", table)
    for model, table_name in FROM_RELEASE.items():
        connection.execute(f"create view {model} as from {table_name}")
    for model in MODELS:
        connection.execute(f"create table {model} as {_sql_of(model)}")
    return connection


def _checked(rules: Path) -> Mapping[str, Any]:
    """The rule file's content; raises LangsonError naming every fault."""
    try:
        catalogue, scoring = own_catalogue(), load_scoring(rules)
    except CatalogueError as error:
        raise LangsonError(f"{rules}:\n{error}") from error
    known = {code: directive for code, directive in catalogue.directives.items() if code in scoring}
    if errors := sorted(scoring_errors(scoring, known, catalogue.indicators, rules.name)):
        raise LangsonError("\n".join(errors))
    return scoring


def rank(release: Path, rules: Path | None, bloc: str, month: date | None, method: str) -> Ranking:
    """The order of one bloc. Raises LangsonError for a bloc or month that is not in the release."""
    with _session(release, rules) as connection:
        connection.execute(
            "create view chosen_ranking as from " + ("int_emulation_ranking" if rules else "rpt_emulation_ranking")
        )
        period = _period(connection, bloc, month)
        new, old = (
            _parts(connection, table, bloc, period, method)
            for table in (_parts_sql(rules is not None), _parts_sql(False))
        )
        rows = connection.execute(
            """
            select chosen.unit_code, unit.label_vi, chosen.score, chosen.rank, old.score, old.rank
            from chosen_ranking as chosen
            join dim_unit as unit on chosen.directive_code = unit.directive_code and chosen.unit_key = unit.unit_key
            left join rpt_emulation_ranking as old
                on chosen.directive_code = old.directive_code and chosen.bloc_code = old.bloc_code
                and chosen.unit_key = old.unit_key and chosen.period_start = old.period_start
                and chosen.method = old.method
            where chosen.bloc_code = ? and chosen.period_start = ? and chosen.method = ?
            order by chosen.rank nulls last, chosen.score desc nulls last, unit.sort_key, chosen.unit_code""",
            [bloc, period, method],
        ).fetchall()
    standings = tuple(
        Standing(unit, label, score, place, old_score, old_place, tuple(_moves(old.get(unit, {}), new.get(unit, {}))))
        for unit, label, score, place, old_score, old_place in rows
    )
    return Ranking(bloc, period, method, rules is not None, standings)


def _parts_sql(other: bool) -> str:
    """Each indicator's share of the score: weight times points over the weights that count."""
    points, table = (
        ("cast(micropoints as decimal(18, 6)) / 1000000", "int_score_part") if other else ("points", "rpt_score_part")
    )
    return f"""
        select unit_code, indicator_code,
            cast(weight * {points} / sum(weight) over (partition by unit_key) as decimal(12, 6)) as share
        from {table}
        where bloc_code = ? and period_start = ? and method = ? and reason is null"""


def _parts(
    connection: duckdb.DuckDBPyConnection, query: str, bloc: str, period: date, method: str
) -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = {}
    for unit, indicator, share in connection.execute(query, [bloc, period, method]).fetchall():
        found.setdefault(unit, {})[indicator] = share
    return found


def _moves(old: Mapping[str, Decimal], new: Mapping[str, Decimal]) -> Iterator[tuple[str, Decimal]]:
    """What each indicator adds or takes by the new rules, the largest first."""
    changes = {code: new.get(code, Decimal(0)) - old.get(code, Decimal(0)) for code in old.keys() | new.keys()}
    yield from sorted(
        ((code, change) for code, change in changes.items() if change), key=lambda item: (-abs(item[1]), item[0])
    )


def _period(connection: duckdb.DuckDBPyConnection, bloc: str, month: date | None) -> date:
    """The month asked for, else the newest one in which some unit of the bloc has a score."""
    months = [
        found
        for (found,) in connection.execute(
            "select distinct period_start from chosen_ranking where bloc_code = ? and score is not null order by 1",
            [bloc],
        ).fetchall()
    ]
    if not months:
        blocs = [
            code
            for (code,) in connection.execute("select distinct bloc_code from chosen_ranking order by 1").fetchall()
        ]
        raise LangsonError(
            f"khối {bloc} không có điểm; các khối: {', '.join(blocs)} | bloc {bloc} has no score; the blocs are those"
        )
    if month is not None and month not in months:
        raise LangsonError(
            f"tháng {month:%m/%Y} không có điểm; có {months[0]:%m/%Y} … {months[-1]:%m/%Y} | no score in that month"
        )
    return month or months[-1]
