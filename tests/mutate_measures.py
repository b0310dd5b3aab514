"""`make mutate-measures`: alters the SQL of every measure in turn and lists what the truth does not notice.

Each measure counts nothing, or a month late; each step of its model loses each of its conditions. An altered model is
run over the warehouse of a simulated home (dirt and all), its counts are added up by the warehouse's own
`int_measure_value`, and the result is held against what the simulation knows. What survives is a condition the
simulated province gives no case for, or one that another makes redundant.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

from tests.conftest import ROOT, SCALE, run_langson

HOME = ROOT / "data" / "mutation"


@dataclass(frozen=True)
class Mutant:
    """One altered model: where it was altered, how, and its SQL."""

    model: str
    place: str
    change: str
    sql: str


def conditions(select: exp.Select) -> Iterator[exp.Expression]:
    """Each condition of a WHERE, and of a join beside the equality of columns that makes it a join."""
    where = select.args.get("where")
    if where is not None:
        found = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
        yield from (condition for condition in found if not _names_a_list(condition))
    for join in select.args.get("joins") or []:
        on = join.args.get("on")
        for condition in on.flatten() if isinstance(on, exp.And) else [on] if on is not None else []:
            is_key = isinstance(condition, exp.EQ) and all(
                isinstance(side, exp.Column) for side in (condition.this, condition.expression)
            )
            if not is_key and not _names_a_list(condition):
                yield condition


def _names_a_list(condition: exp.Expression) -> bool:
    """Source and dataset are both named for the reader; either alone would find the same list."""
    return isinstance(condition, exp.EQ) and condition.this.name in ("source_code", "dataset")


def without(tree: exp.Expression, condition: exp.Expression) -> str:
    """The statement with one condition replaced by true."""
    marked = tree.copy()
    place = next(number for number, node in enumerate(tree.walk()) if node is condition)
    twin = next(node for number, node in enumerate(marked.walk()) if number == place)
    twin.replace(exp.true())
    return str(marked.sql("duckdb"))


def mutants(model: str, sql: str, codes: list[str]) -> Iterator[Mutant]:
    """Every alteration of one measures model, which counts the measures `codes`."""
    for code in codes:
        yield Mutant(model, f"{model}: {code}", "đếm không gì | counts nothing", _replaced(sql, code, "0"))
        yield Mutant(model, f"{model}: {code}", "chậm một tháng | a month late", _replaced(sql, code, "1"))
    tree = sqlglot.parse_one(sql, read="duckdb")
    for cte in tree.find_all(exp.CTE):
        place = f"{model}: {cte.alias}"
        for select in cte.this.find_all(exp.Select):
            for condition in conditions(select):
                yield Mutant(model, place, f"bỏ | drops: {condition.sql('duckdb')}", without(tree, condition))


def _replaced(sql: str, measure: str, months: str) -> str:
    """The model with one measure's events dropped, or moved by a month."""
    moved = "cast({0} + interval 1 month as date) as {0}"
    if months == "0":
        return f"select * from ({sql}) where measure_code <> '{measure}'"
    return (
        f"select * replace ({moved.format('event_date')}, {moved.format('end_date')}) from ({sql}) "
        f"where measure_code = '{measure}' union all select * from ({sql}) where measure_code <> '{measure}'"
    )


class Judge:
    """Counts an altered model's measures and says how many values differ from the truth."""

    def __init__(self, home: Path) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{home}/warehouse.duckdb' as warehouse (read_only)")
        self.connection.execute(f"set file_search_path = '{home}'")
        [compiled] = home.glob("dbt_target/warehouse-*/compiled/langson/models/intermediate/measures")
        self.models = {path.stem: path.read_text(encoding="utf-8") for path in compiled.glob("int_*__measures.sql")}
        self.adding_up = (compiled / "int_measure_value.sql").read_text(encoding="utf-8")
        self.known = f"read_parquet('{home}/truth/known_truth.parquet')"

    def differences(self, sql: str, codes: list[str]) -> int:
        """Values of these measures that are not what the simulation knows; -1 when the SQL no longer runs."""
        event = '"warehouse"."main"."int_measure_event"'
        assert event in self.adding_up
        try:
            self.connection.execute(f"create or replace temp table altered as {sql}")
            adding_up = self.adding_up.replace(event, "altered")
            return self.connection.execute(
                f"""with counted as (from ({adding_up}) where measure_code in (select unnest(?))),
                known as (from {self.known} where measure_code in (select unnest(?)))
                select count(*) from counted full join known using (measure_code, tier, unit_code, period_start)
                where coalesce(counted.value_to_date, 0) <> coalesce(known.value_to_date, 0)
                    or coalesce(counted.value_month, 0) <> coalesce(known.value_month, 0)""",
                [codes, codes],
            ).fetchall()[0][0]
        except duckdb.Error:
            return -1


def home_of_truth() -> Path:
    """A simulated home with its warehouse, made once and brought up to date by each call."""
    done = run_langson("run", "--home", HOME, "--seed", "2022", "--scale", SCALE, "--dirty")
    if done.returncode not in (0, 3):
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return HOME


def main() -> int:
    """Print what survives, by model; 1 when something does."""
    judge = Judge(home_of_truth())
    wanted = set(sys.argv[1:])
    tried, survivors = 0, []
    for model, sql in sorted(judge.models.items()):
        if wanted and model not in wanted:
            continue
        rows = judge.connection.execute(f"select distinct measure_code from ({sql}) order by 1").fetchall()
        codes = [code for (code,) in rows]
        if (found := judge.differences(sql, codes)) != 0:
            print(f"{model}: {found} giá trị đã khác sự thật khi chưa sửa gì | differ before any change")
            return 1
        altered = list(mutants(model, sql, codes))
        alive = [mutant for mutant in altered if judge.differences(mutant.sql, codes) == 0]
        tried += len(altered)
        survivors += alive
        said = f"{len(codes)} số đo | measures, {len(altered)} thay đổi | alterations"
        print(f"{model}: {said}, {len(alive)} không bị phát hiện | survive", flush=True)
    for mutant in survivors:
        print(f"  {mutant.place}: {mutant.change}")
    print(f"{tried - len(survivors)} passed, {len(survivors)} failed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
