"""The directive as data: the files against a list transcribed by hand from its text."""

from datetime import date

import pyarrow as pa
import pytest

from sources.catalogue import SCHEMAS, check, definition_tables, load
from sources.catalogue.__main__ import main
from sources.registry import contracts

# Read off the directive's part II.1, sentence by sentence: "trên" is strict, "gấp … lần" is a multiple.
DIRECTIVE = {
    "a1": (">=", "50/100"),
    "a2": (">=", "90/100"),
    "a3": (">=", "100/100"),
    "a4": (">=", "80/100"),
    "a5": (">=", "50/100"),
    "a6a": (">=", "100/100"),
    "a6b": (">=", "100/100"),
    "b1": (">=", "50/100"),
    "b2a": (">=", "80/100"),
    "b2b": (">=", "40/100"),
    "b3": (">=", "20/100"),
    "b4": (">=", "100/100"),
    "b5": (">=", "80/100"),
    "b6": (">=", "50/100"),
    "b7": (">=", "70/100"),
    "b8": (">", "50/100"),
    "c1a": (">=", "100/100"),
    "c1b": (">=", "100/100"),
    "c2": (">=", "100/100"),
    "c3": (">=", "100/100"),
    "c4a": (">=", "7/1"),
    "c4b": (">=", "3/1"),
    "d1a": (">=", "100/100"),
    "d1b": (">=", "100/100"),
    "d2a": (">=", "100/100"),
    "d2b": (">=", "100/100"),
    "d2c": (">", "90/100"),
    "d3a": (">=", "50/100"),
    "d3b": (">=", "50/100"),
    "d4a": (">=", "50/100"),
    "d4b": (">=", "50/100"),
    "d5": (">=", "30/100"),
    "d6": (">=", "30/100"),
    "d7a1": (">=", "50/100"),
    "d7a2": (">=", "50/100"),
    "d7b1": (">=", "50/100"),
    "d7b2": (">=", "50/100"),
}

# QĐ 1045/QĐ-UBND, 21 June 2022: dossiers handled online, by department.
QD1045_A5 = {
    "SO_TTTT": 90,
    "SO_CT": 90,
    "SO_GTVT": 90,
    "SO_VHTTDL": 90,
    "SO_NV": 80,
    "SO_NNPTNT": 70,
    "SO_XD": 70,
    "SO_TNMT": 60,
    "SO_GDDT": 50,
    "SO_KHDT": 50,
    "SO_KHCN": 50,
    "SO_LDTBXH": 50,
    "SO_NGV": 50,
    "SO_TC": 50,
    "SO_TP": 50,
    "SO_YT": 50,
}

VARIANTS = {
    "a1": {"regimes", "e_office_counted"},
    "a2": {"mixed_online", "incoming_documents"},
    "a3": {"saas_excluded", "system_with_database_once"},
    "a4": {"qd766", "qd1045", "once_per_unit"},
    "a5": {"level_3_4_only", "electronic_result", "qd1045"},
    "a6a": {"all_components"},
    "a6b": {"withdrawn_included"},
    "b1": {"with_communes", "communes_apart", "regimes", "e_office_counted"},
    "b2a": {"mixed_online", "incoming_documents"},
    "b2b": {"mixed_online", "incoming_documents", "share_of_communes"},
    "b3": {"several_clusters", "department_list"},
    "b4": {"saas_excluded", "system_with_database_once"},
    "b5": {"qd766", "qd1045", "once_per_unit"},
    "b6": {"level_3_4_only", "electronic_result", "qd1045"},
    "b7": {"whole_population", "installed", "monthly_active"},
    "b8": {"shop_or_e_payment_account", "buyers_counted"},
    "c1a": {"declarants", "fee_payers", "since_january", "exit_gate"},
    "c1b": {"declarants", "fee_payers", "since_january", "exit_gate"},
    "c2": {"covered_3g", "covered_4g", "covered_3g_and_4g", "weak_signal_counted", "households_95_percent"},
    "c3": {"issued"},
    "c4a": {"created", "delivered"},
    "c4b": {"seven_times", "plus_300_percent"},
    "d1a": {"without_preschool"},
    "d1b": {"all_semesters"},
    "d2a": {"connection_existing", "with_beds_only"},
    "d2b": {"beyond_bank_transfer"},
    "d2c": {"updated_in_year"},
    "d3a": {"any_tool"},
    "d3b": {"public_only", "private_only"},
    "d4a": {"installed", "used"},
    "d4b": {"installed", "used", "province_and_district_only", "fee_collecting_only"},
    "d5": {"either", "with_continuing_education", "each_level"},
    "d6": {"headcount_at_year_start"},
    "d7a1": {"mean_of_schools"},
    "d7a2": {"subsidies_included"},
    "d7b1": {"advances_counted"},
    "d7b2": {"insurance_included"},
}

Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return definition_tables()


def rows_of(tables: dict[str, pa.Table], table: str, **where: object) -> Rows:
    return [row for row in tables[table].to_pylist() if all(row[name] == value for name, value in where.items())]


def target_on(rows: Rows, unit: str, level: str, month_end: date) -> tuple[object, object, object] | None:
    """The rule of the targets table: the unit's own row wins, then its level's, then everyone's; then the newest."""
    for fits in (
        lambda row: row["unit_code"] == unit,
        lambda row: row["unit_code"] is None and row["unit_level"] == level,
        lambda row: row["unit_code"] is None and row["unit_level"] is None,
    ):
        found = sorted(
            (row for row in rows if fits(row) and row["valid_from"] <= month_end), key=lambda r: r["valid_from"]
        )
        if found:
            return found[-1]["target_numerator"], found[-1]["target_denominator"], found[-1]["source"]
    return None


def test_the_files_have_no_error() -> None:
    assert check() == []
    assert main() == 0


def test_all_37_codes_carry_the_comparator_and_target_of_the_directives_text(tables: dict[str, pa.Table]) -> None:
    assert len(DIRECTIVE) == 37
    found = {
        row["indicator_code"]: (row["comparator"], f"{row['target_numerator']}/{row['target_denominator']}")
        for row in rows_of(tables, "targets", definition="headline", unit_code=None, unit_level=None)
    }
    assert found == DIRECTIVE
    assert {row["indicator_code"] for row in rows_of(tables, "indicators", is_headline=True)} == set(DIRECTIVE)
    assert {row["indicator_code"]: row["comparator"] for row in rows_of(tables, "indicators", is_headline=True)} == {
        code: comparator for code, (comparator, _) in DIRECTIVE.items()
    }


@pytest.mark.parametrize("code", sorted(VARIANTS))
def test_every_variant_the_ambiguous_clause_allows_is_declared(code: str) -> None:
    assert set(load().indicators[code].definitions) - {"headline"} == VARIANTS[code]


def test_active_users_are_judged_by_three_and_by_the_other_readings_seven_and_four(tables: dict[str, pa.Table]) -> None:
    found = {row["definition"]: row["target_numerator"] for row in rows_of(tables, "targets", indicator_code="c4b")}
    assert found == {"headline": 3, "seven_times": 7, "plus_300_percent": 4}
    for row in rows_of(tables, "indicators", indicator_code="c4b"):
        assert (row["denominator_shift_months"], row["value_kind"]) == (-12, "multiple")
        assert row["numerator_measure"] == row["denominator_measure"] == "shop_users_active"


@pytest.mark.parametrize(("unit", "percent"), sorted(QD1045_A5.items()))
def test_each_department_has_its_own_target_of_qd1045_from_june_2022(
    tables: dict[str, pa.Table], unit: str, percent: int
) -> None:
    rows = rows_of(tables, "targets", indicator_code="a5", definition="qd1045")
    assert target_on(rows, unit, "department", date(2022, 6, 30)) == (percent, 100, "QĐ 1045/QĐ-UBND")
    assert target_on(rows, unit, "department", date(2022, 5, 31)) is None


@pytest.mark.parametrize(
    ("code", "level", "percent"), [("a4", "department", 80), ("b5", "district", 80), ("b6", "district", 50)]
)
def test_qd1045_gives_departments_and_districts_one_target_each(
    tables: dict[str, pa.Table], code: str, level: str, percent: int
) -> None:
    rows = rows_of(tables, "targets", indicator_code=code, definition="qd1045")
    assert target_on(rows, "any", level, date(2022, 12, 31)) == (percent, 100, "QĐ 1045/QĐ-UBND")
    assert target_on(rows, "any", "commune", date(2022, 12, 31)) is None


@pytest.mark.parametrize("code", ["a4", "a5", "b5", "b6"])
def test_the_province_keeps_the_directives_target_also_under_qd1045(tables: dict[str, pa.Table], code: str) -> None:
    rows = rows_of(tables, "targets", indicator_code=code, definition="qd1045")
    percent = int(DIRECTIVE[code][1].split("/")[0])
    for month_end in (date(2022, 1, 31), date(2022, 12, 31)):
        found = target_on(rows, "20", "province", month_end)
        assert found is not None
        assert (found[:2], str(found[2])[:8]) == ((percent, 100), "Chỉ thị ")
    decided = {row["decided_at"] for row in rows if row["source"] == "QĐ 1045/QĐ-UBND"}
    assert decided == {date(2022, 6, 21)}


def test_a_variant_without_a_target_of_its_own_is_judged_by_the_headlines(tables: dict[str, pa.Table]) -> None:
    (row,) = rows_of(tables, "targets", indicator_code="d2c", definition="updated_in_year")
    assert (row["comparator"], row["target_numerator"], row["valid_from"]) == (">", 90, date(2022, 1, 1))


def test_the_tables_have_exactly_their_columns_and_types(tables: dict[str, pa.Table]) -> None:
    assert {name: table.schema for name, table in tables.items()} == SCHEMAS
    assert set(tables) == {
        "indicators", "targets", "measures", "directive", "clauses", "exemptions",
        "scoring", "scoring_weights", "pace_plan", "pace_bands",
    }  # fmt: skip


def test_every_target_is_computed_from_one_of_the_sixteen_sources(tables: dict[str, pa.Table]) -> None:
    headlines = rows_of(tables, "indicators", is_headline=True, implemented=True)
    assert {row["indicator_code"] for row in headlines} == set(DIRECTIVE)
    assert [row["measure_code"] for row in rows_of(tables, "measures", implemented=False)] == []
    assert {row["model"] for row in rows_of(tables, "measures")} == {f"int_{code}__measures" for code in contracts()}
    assert [source.number for source in contracts().values()] == [f"S{number:02d}" for number in range(1, 17)]


@pytest.mark.parametrize(
    ("code", "tiers", "levels"),
    [
        ("a5", ["department"], ["department", "province"]),
        ("b2a", ["district"], ["district", "province"]),
        ("b2b", ["commune"], ["commune", "district", "province"]),
        ("b6", ["district", "commune"], ["commune", "district", "province"]),
        ("c3", ["place"], ["district", "province"]),
        ("d2c", ["place"], ["commune", "district", "province"]),
    ],
)
def test_tiers_and_levels_say_whose_work_counts_and_for_whom(
    tables: dict[str, pa.Table], code: str, tiers: list[str], levels: list[str]
) -> None:
    (row,) = rows_of(tables, "indicators", indicator_code=code, definition="headline")
    assert (row["tiers"], row["levels"]) == (tiers, levels)


def test_digitisation_counts_from_june_and_only_population_figures_may_exceed_one(tables: dict[str, pa.Table]) -> None:
    starts = {row["indicator_code"]: row["starts"] for row in rows_of(tables, "indicators", is_headline=True)}
    assert starts["a6a"] == starts["a6b"] == date(2022, 6, 1)
    assert starts["a5"] == date(2022, 1, 1)
    above_one = {
        row["indicator_code"]
        for row in rows_of(tables, "indicators", is_headline=True, value_kind="ratio")
        if row["high_numerator"] > row["high_denominator"]
    }
    assert above_one == {"b7", "b8", "d2c"}


def test_every_clause_of_parts_two_to_four_is_counted_or_says_why_not(tables: dict[str, pa.Table]) -> None:
    clauses = {row["clause"]: row for row in tables["clauses"].to_pylist()}
    expected = [
        f"II.1.{group}.{n}" for group, count in zip("abcd", (6, 8, 4, 7), strict=True) for n in range(1, count + 1)
    ]
    expected += [f"II.{n}" for n in range(1, 10)] + ["II.1.b.7.1", "III.1", "III.2"] + [f"IV.{n}" for n in range(1, 7)]
    assert sorted(clauses) == sorted(expected)
    assert sorted(code for row in clauses.values() for code in row["indicator_codes"]) == sorted(DIRECTIVE)
    silent = [row["clause"] for row in clauses.values() if row["kind"] != "indicator" and not row["why_vi"]]
    assert silent == []


def test_the_unknown_launch_date_is_counted_from_january_and_said_in_both_languages() -> None:
    directive = load().directives["lang-son-2022"]
    assert (directive.launched, directive.starts, directive.ends) == (None, date(2022, 1, 1), date(2022, 12, 31))
    assert "không ghi ngày phát động" in directive.notes.vi
    assert "launch date" in directive.notes.en


def test_agencies_outside_the_sixteen_departments_are_exempt(tables: dict[str, pa.Table]) -> None:
    exempt = {(row["indicator_code"], row["unit_code"]) for row in tables["exemptions"].to_pylist()}
    agencies = ("VP_UBND", "TT_TINH", "BAN_DT", "BQL_KKT")
    assert exempt == {(code, unit) for code in DIRECTIVE if code[0] == "a" for unit in agencies}
