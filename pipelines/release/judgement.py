"""What Great Expectations cannot say about one table: relations between a candidate's tables, its parent and its units.

Every check takes the same `Case` and answers one Verdict; bounds come from expectations/release/parameters.json.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.release.gate import Verdict


@dataclass(frozen=True)
class Case:
    """One candidate under judgement, its parent if any, the run's definitions, and the bounds."""

    candidate: Path
    parent: Path | None
    definitions: Path
    parameters: Mapping[str, Any]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query in which `new.<table>`, `old.<table>` and `def.<table>` stand for files."""
        places = {"new": self.candidate / "parquet", "def": self.definitions}
        if self.parent:
            places["old"] = self.parent / "parquet"
        with duckdb.connect() as connection:
            for schema, folder in places.items():
                connection.execute(f"create schema {schema}")
                for file in folder.glob("*.parquet"):
                    if f"{schema}.{file.stem}" in query:
                        connection.execute(f"create view {schema}.{file.stem} as from read_parquet('{file}')")
            return connection.execute(query).fetchall()

    def inherits(self, table: str) -> bool:
        """Whether the parent has that table too."""
        return self.parent is not None and (self.parent / "parquet" / f"{table}.parquet").exists()


def _listed(rows: list[tuple[Any, ...]], most: int = 10) -> str:
    shown = "; ".join(" ".join("" if cell is None else str(cell) for cell in row) for row in rows[:most])
    return shown + (f"; … ({len(rows)})" if len(rows) > most else "")


def _verdict(check: str, wrong: list[tuple[Any, ...]], holds: str, breaks: str) -> Verdict:
    if not wrong:
        return Verdict(check, True, holds, "0")
    vi, en = breaks.split(" | ")
    return Verdict(check, False, f"{vi}: {_listed(wrong)} | {en}", _listed(wrong, 50))


def units_whole(case: Case) -> Verdict:
    """Every unit that the definitions name is published, and no other: a lost commune is found here."""
    wrong = case.rows(
        """
        select coalesce(d.unit_level, n.unit_level), coalesce(d.unit_code, n.unit_code),
            coalesce(d.label_vi, n.label_vi), case when n.unit_key is null then 'mất/lost' else 'lạ/unknown' end
        from def.units as d full join new.dim_unit as n on n.unit_key = d.unit_key
        where n.unit_key is null or d.unit_key is null order by all"""
    )
    return _verdict(
        "units_whole", wrong, "đủ mọi đơn vị | every unit is there", "đơn vị mất hoặc lạ | units lost or unknown"
    )


def spine_whole(case: Case) -> Verdict:
    """Declared levels x definitions x months x units valid all that month: each exactly one row, and nothing twice."""
    wrong = case.rows(
        """
        with expected as (
            select i.directive_code, i.indicator_code, i.definition, u.unit_key, p.period_start
            from new.dim_indicator as i
            cross join unnest(i.levels) as declared (unit_level)
            join def.units as u on u.unit_level = declared.unit_level
            join def.directive as y on y.directive_code = i.directive_code
            cross join def.as_of as moment
            join new.dim_period as p on p.directive_code = i.directive_code
                and p.period_start >= date_trunc('year', y.starts)
                and p.period_start <= y.ends and p.period_start <= moment.as_of
            where u.valid_from <= p.period_start and (u.valid_to is null or u.valid_to >= p.period_end)
        ), found as (
            select directive_code, indicator_code, definition, unit_key, period_start, count(*) as times
            from new.fct_indicator_value group by all
        )
        select indicator_code, definition, unit_key, period_start, coalesce(times, 0)
        from expected left join found using (directive_code, indicator_code, definition, unit_key, period_start)
        where coalesce(times, 0) <> 1
        order by all limit 500"""
    )
    return _verdict(
        "spine_whole", wrong, "khung chỉ tiêu × đơn vị × tháng đầy đủ | the spine is whole",
        "ô của khung bị thiếu hoặc trùng (số dòng) | cells of the spine are missing or doubled",
    )  # fmt: skip


def months_whole(case: Case) -> Verdict:
    """Every month of the directive's year up to as_of is a period: a lost month would shrink the spine unseen."""
    wrong = case.rows(
        """
        select directive_code, cast(month as date) from (
            select y.directive_code, unnest(generate_series(
                date_trunc('year', y.starts)::timestamp, least(y.ends::timestamp, m.as_of),
                interval 1 month)) as month
            from def.directive as y cross join def.as_of as m where y.starts <= m.as_of)
        where (directive_code, cast(month as date)) not in (
            select (directive_code, period_start) from new.dim_period) order by all"""
    )
    return _verdict("months_whole", wrong, "đủ mọi tháng | every month is there", "thiếu tháng | months are missing")


def indicators_whole(case: Case) -> Verdict:
    """Every declared definition of every indicator is in dim_indicator and rpt_coverage."""
    wrong = case.rows(
        """
        select indicator_code, definition, 'dim_indicator' from def.indicators
        where (directive_code, indicator_code, definition) not in (
            select (directive_code, indicator_code, definition) from new.dim_indicator)
        union all
        select distinct indicator_code, '', 'rpt_coverage' from def.indicators
        where indicator_code not in (select indicator_code from new.rpt_coverage where indicator_code is not null)
        order by all"""
    )
    return _verdict(
        "indicators_whole",
        wrong,
        "đủ mọi chỉ tiêu | every indicator is there",
        "thiếu chỉ tiêu | indicators are missing",
    )


def coverage_not_below_parent(case: Case) -> Verdict:
    """What the parent published as final is still published; no delivery it knew is gone."""
    if not case.inherits("fct_indicator_value"):
        return Verdict("coverage_not_below_parent", True, "chưa có bản trước | there is no parent", "0")
    wrong = lost_values(case)
    if case.inherits("deliveries"):
        wrong += case.rows(
            """select 'deliveries', source_code, file_name, delivery_id from old.deliveries
            where delivery_id not in (select delivery_id from new.deliveries) order by all limit 100"""
        )
    return _verdict(
        "coverage_not_below_parent", wrong, "không mất giá trị nào đã chốt | nothing final was lost",
        "giá trị đã chốt nay mất | values that were final are gone",
    )  # fmt: skip


def lost_values(case: Case) -> list[tuple[Any, ...]]:
    """Final values of the parent that are gone and whose loss nobody confirmed: indicator, definition, unit, month."""
    return case.rows(
        """
        select o.indicator_code, o.definition, o.unit_code, o.period_start, n.status
        from old.fct_indicator_value as o
        left join new.fct_indicator_value as n
            using (directive_code, indicator_code, definition, unit_key, period_start)
        left join def.confirmations as c on c.what = 'lost_coverage' and c.indicator_code = o.indicator_code
            and (c.unit_code is null or c.unit_code = o.unit_code)
            and (c.period_start is null or c.period_start = o.period_start)
        where o.status = 'computed' and o.data_maturity = 'final' and c.what is null
            and (n.status is null or n.status in ('source_missing', 'before_start', 'not_applicable'))
        order by all limit 500"""
    )


def jumps_confirmed(case: Case) -> Verdict:
    """A final headline that moved by more than the bound since the parent waits until a person has confirmed it."""
    if not case.inherits("fct_indicator_value"):
        return Verdict("jumps_confirmed", True, "chưa có bản trước | there is no parent", "0")
    return _verdict(
        "jumps_confirmed", unconfirmed_jumps(case), "không có bước nhảy chưa xác nhận | no unconfirmed jump",
        "giá trị đã chốt đổi quá lớn (tử, mẫu cũ; tử, mẫu mới) | final values that moved must be confirmed",
    )  # fmt: skip


def unconfirmed_jumps(case: Case) -> list[tuple[Any, ...]]:
    """Final headlines that moved too far: indicator, definition, unit, month, the old counts and the new."""
    # Decided on integers, as everything is: |a/b - c/d| > p/100.
    return case.rows(
        f"""
        select o.indicator_code, o.definition, o.unit_code, o.period_start,
            o.numerator, o.denominator, n.numerator, n.denominator
        from old.fct_indicator_value as o
        join new.fct_indicator_value as n using (directive_code, indicator_code, definition, unit_key, period_start)
        left join def.confirmations as c on c.what = 'jump' and c.indicator_code = o.indicator_code
            and c.unit_code = o.unit_code and c.period_start = o.period_start
        where o.definition = 'headline' and o.status = 'computed' and o.data_maturity = 'final'
            and n.status = 'computed'
            and least(o.denominator, n.denominator) >= {case.parameters["jump_smallest_denominator"]} and c.what is null
            and 100 * abs(o.numerator::hugeint * n.denominator - n.numerator::hugeint * o.denominator)
                > {case.parameters["jump_percentage_points"]} * o.denominator::hugeint * n.denominator
        order by all limit 200"""
    )


def rows_accounted(case: Case) -> Verdict:
    """Of every delivery, rows read = landed + rejected + excluded."""
    wrong = case.rows(
        """select source_code, file_name, rows_read, rows_landed, rows_rejected, rows_excluded from new.deliveries
        where rows_read <> rows_landed + rows_rejected + rows_excluded order by all"""
    )
    return _verdict(
        "rows_accounted", wrong, "mọi dòng đều có kết quả | every row is accounted for",
        "số dòng đọc khác tổng nhận, loại và bỏ | rows read differ from landed, rejected and excluded",
    )  # fmt: skip


PERSONAL = {
    "citizen_number": r"(^|[^0-9A-Za-z])0\d{11}($|[^0-9A-Za-z])",
    "phone": r"(^|[^0-9A-Za-z])(0|\+?84)[ .]?[35789]\d{1,2}[ .]?\d{3}[ .]?\d{3,4}($|[^0-9A-Za-z])",
    "insurance_card": r"(^|[^0-9A-Za-z])[A-Z]{2}[1-5]\d{12}($|[^0-9A-Za-z])",
}
OWN_KEYS = frozenset({("dim_unit", "sort_key")})
"""Columns of digits that this repository itself declares: codes run together, of units and of nobody else."""
TEN_DIGITS = r"(^|[^0-9A-Za-z])(\d{10})($|[^0-9A-Za-z])"


def personal_data_absent(case: Case) -> Verdict:
    """No text column of any table holds a citizen number, a phone number or an insurance card number."""
    from stdnum.vn import mst

    wrong: list[tuple[Any, ...]] = []
    patterns = list(PERSONAL.values())
    matches = [f"regexp_matches(text, ${number})" for number in range(1, len(patterns) + 1)]
    with duckdb.connect() as connection:
        for file in sorted((case.candidate / "parquet").glob("*.parquet")):
            connection.execute(f"create or replace temp view examined as from read_parquet('{file}')")
            columns = [
                column
                for column, kind, *_ in connection.execute("describe examined").fetchall()
                if kind.startswith("VARCHAR") and (file.stem, column) not in OWN_KEYS
            ]
            if not columns:
                continue
            # A column has few distinct texts and many rows: each text is looked at once, for all the patterns.
            each = ", ".join(f'list(distinct cast("{column}" as varchar)) as "{column}"' for column in columns)
            found = connection.execute(
                f"""select name, text, {", ".join(matches)} from (
                    select name, unnest(texts) as text
                    from (unpivot (select {each} from examined) on columns(*) into name name value texts)
                ) where {" or ".join(matches)}""",
                patterns,
            ).fetchall()
            for column in columns:
                for place, what in enumerate(PERSONAL):
                    texts = [text for name, text, *matched in found if name == column and matched[place]]
                    # A tax code in a file's name has ten digits too; its check digit tells it from a phone number.
                    if what == "phone" and column == "file_name":
                        texts = [text for text in texts if not _only_tax_codes(text, mst.is_valid)]
                    if texts:
                        wrong.append((file.stem, column, what, len(texts)))
    return _verdict(
        "personal_data_absent", wrong, "không có dữ liệu cá nhân | no personal data",
        "có mẫu dữ liệu cá nhân (bảng, cột, loại, số giá trị) | personal data patterns",
    )  # fmt: skip


def _only_tax_codes(text: str, is_tax_code: Callable[[str], bool]) -> bool:
    import re

    digits = re.findall(TEN_DIGITS, text)
    return bool(digits) and all(is_tax_code(number) for _, number, _ in digits)


JUDGEMENTS: Mapping[str, Callable[[Case], Verdict]] = {
    check.__name__: check
    for check in (
        units_whole,
        months_whole,
        indicators_whole,
        spine_whole,
        coverage_not_below_parent,
        jumps_confirmed,
        rows_accounted,
        personal_data_absent,
    )
}
"""Every programmatic check, required of every candidate."""


def table_check(table: str) -> str:
    """The name of the check that runs a table's suite."""
    return f"table_{table}"


def required_checks() -> list[str]:
    """Names of every check a candidate must pass: one per suite file, one per judgement."""
    from pipelines.release.suites import suite_files

    return [*(table_check(path.stem) for path in suite_files("release")), *JUDGEMENTS]


def judge(case: Case) -> list[Verdict]:
    """Every required verdict about one candidate; a check that cannot even run has failed."""
    from pipelines.release.suites import run_suite, suite_files

    verdicts = []
    for path in suite_files("release"):
        check, file = table_check(path.stem), case.candidate / "parquet" / f"{path.stem}.parquet"
        if file.exists():
            verdicts.append(run_suite(path, duckdb.sql(f"from read_parquet('{file}')").df(), case.parameters, check))
        else:
            verdicts.append(Verdict(check, False, f"thiếu bảng {path.stem} | table {path.stem} is missing", "0"))
    for name, check_function in JUDGEMENTS.items():
        try:
            verdicts.append(check_function(case))
        except duckdb.Error as error:
            verdicts.append(Verdict(name, False, f"không kiểm tra được: {error} | the check could not run", "error"))
    return verdicts
