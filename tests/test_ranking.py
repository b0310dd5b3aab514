"""The emulation on a whole release: scores recomputed by hand from the published counts, and other rules on them."""

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.ranking import rank
from tests.conftest import ROOT, run_langson

pytestmark = pytest.mark.slow
RULES = yaml.safe_load((ROOT / "indicators" / "scoring.yml").read_text(encoding="utf-8"))["lang-son-2022"]
WEIGHTS = RULES["weights"]


@pytest.fixture(scope="module")
def home(sandbox_release) -> Path:
    return sandbox_release


def ask(home: Path, question: str) -> list[tuple]:
    with duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True) as connection:
        return connection.execute(question).fetchall()


def points_of(numerator: int, denominator: int, target: Fraction, is_met: bool) -> Fraction:
    """A hundred at the target, in proportion below and above it, up to the cap; what is not met has at most 100."""
    return min(100 * Fraction(numerator, denominator) / target, Fraction(RULES["cap_points"] if is_met else 100))


def scores_by_hand(home: Path, bloc: str) -> dict[str, Fraction]:
    """The mean of the points by weight, from the published values of December alone."""
    points: dict[str, list[tuple[int, Fraction]]] = defaultdict(list)
    for unit, code, numerator, denominator, target_numerator, target_denominator, is_met in ask(
        home,
        f"""select unit_code, indicator_code, numerator, denominator, target_numerator, target_denominator, is_met
        from fct_indicator_value join dim_unit using (directive_code, unit_key, unit_code)
        where definition = 'headline' and status = 'computed' and period_start = date '2022-12-01'
            and bloc_code = '{bloc}'""",
    ):
        if code in WEIGHTS[bloc] and denominator >= RULES["minimum_denominator"]:
            target = Fraction(target_numerator, target_denominator)
            points[unit].append((WEIGHTS[bloc][code], points_of(numerator, denominator, target, is_met)))
    return {
        unit: sum((weight * value for weight, value in found), Fraction()) / sum(weight for weight, _ in found)
        for unit, found in points.items()
    }


@pytest.mark.parametrize("bloc", sorted(WEIGHTS))
def test_a_level_score_is_what_a_person_computes_from_the_published_values(home: Path, bloc: str) -> None:
    published = dict(
        ask(
            home,
            f"""select unit_code, score from rpt_emulation_ranking where bloc_code = '{bloc}'
            and method = 'level' and period_start = date '2022-12-01' and score is not null""",
        )
    )
    expected = scores_by_hand(home, bloc)
    assert published.keys() == expected.keys()
    wrong = {
        unit: (published[unit], float(score))
        for unit, score in expected.items()
        if not 0 <= score - Fraction(published[unit]) < Fraction(2, 10**6)
    }
    assert wrong == {}


@pytest.mark.parametrize("method", ["level", "progress"])
def test_every_score_is_the_weighted_mean_of_its_published_parts(home: Path, method: str) -> None:
    wrong = ask(
        home,
        f"""with part as (
            select bloc_code, unit_key, period_start, sum(weight * points) / sum(weight) as score, count(*) as measured
            from rpt_score_part where method = '{method}' and reason is null group by all)
        select * from rpt_emulation_ranking as ranking left join part using (bloc_code, unit_key, period_start)
        where ranking.method = '{method}' and (abs(ranking.score - part.score) > 0.000002
            or ranking.indicators_measured <> coalesce(part.measured, 0))""",
    )
    assert wrong == []


def test_ranks_follow_scores_and_equal_ones_share_a_rank(home: Path) -> None:
    wrong = ask(
        home,
        """select a.unit_code, b.unit_code, a.score, b.score, a.rank, b.rank
        from rpt_emulation_ranking as a join rpt_emulation_ranking as b
            using (directive_code, bloc_code, period_start, method)
        where a.rank is not null and b.rank is not null
            and ((a.score > b.score and a.rank >= b.rank)
                or (a.score = b.score and a.indicators_met = b.indicators_met and a.rank <> b.rank))""",
    )
    assert wrong == []


def test_only_units_of_a_bloc_are_ranked_and_only_for_what_they_are_responsible_for(home: Path) -> None:
    found = ask(
        home, "select bloc_code, list(distinct indicator_code order by indicator_code) from rpt_score_part group by 1"
    )
    assert dict(found) == {bloc: sorted(weights) for bloc, weights in WEIGHTS.items()}
    assert ask(home, "select distinct unit_code from rpt_score_part where unit_code in ('20', 'VP_UBND')") == []


def test_the_same_rules_move_nobody_and_other_rules_say_who_moves_and_why(home: Path, tmp_path: Path) -> None:
    release = (home / "releases" / "current").resolve()
    same = rank(release, ROOT / "indicators" / "scoring.yml", "departments", None, "level")
    assert [(unit.rank, unit.score, unit.moved_by) for unit in same.standings] == [
        (unit.old_rank, unit.old_score, ()) for unit in same.standings
    ]
    other = yaml.safe_load((ROOT / "indicators" / "scoring.yml").read_text(encoding="utf-8"))
    other["lang-son-2022"] |= {"cap_points": 100, "minimum_coverage": "0/1"}
    other["lang-son-2022"]["weights"] = {"departments": {"a5": 1}}
    rules = tmp_path / "rules.yml"
    rules.write_text(yaml.safe_dump(other, allow_unicode=True), encoding="utf-8")
    changed = rank(release, rules, "departments", None, "level")
    values = {
        unit: min(100 * Fraction(numerator, denominator) * 2, Fraction(100))
        for unit, numerator, denominator in ask(
            home,
            """select unit_code, numerator, denominator from fct_indicator_value
            where indicator_code = 'a5' and definition = 'headline' and period_start = date '2022-12-01'
                and unit_code like 'SO_%'""",
        )
    }
    assert {unit.unit_code: round(float(unit.score or 0), 5) for unit in changed.standings} == {
        unit: round(float(score), 5) for unit, score in values.items()
    }
    assert all(unit.moved_by[0][0] == "a5" and unit.moved_by[0][1] > 0 for unit in changed.standings)
    done = run_langson("rank", "--home", home, "--rules", rules)
    assert done.returncode == 0, done.stderr
    assert "Hạng cũ" in done.stdout and "a5 +" in done.stdout


def test_a_faulty_rule_file_is_told_in_one_message(home: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    text = (ROOT / "indicators" / "scoring.yml").read_text(encoding="utf-8")
    rules.write_text(text.replace("departments: {a1: 1,", "departments: {b7: 1,", 1), encoding="utf-8")
    done = run_langson("rank", "--home", home, "--rules", rules)
    assert done.returncode == 1
    assert "b7" in done.stderr and "department" in done.stderr and "Traceback" not in done.stderr
