"""Judging the staged candidate and keeping the verdicts beside it."""

from pipelines.corrections_step import correction_verdicts
from pipelines.definitions_step import parent_of
from pipelines.home import Home
from pipelines.release.candidate import staged_candidate
from pipelines.release.gate import Verdict, write_verdicts
from pipelines.release.judgement import Case, judge
from pipelines.release.suites import parameters


def run_gate(home: Home) -> list[Verdict]:
    """Every verdict about the candidate that waits; written to its gate.json with the hash of its content.

    What the corrections did stands there too: it is told in the release, and keeps no candidate back.
    """
    candidate = staged_candidate(home)
    parent = parent_of(home)
    verdicts = judge(Case(candidate.path, parent.path if parent else None, home.definitions, parameters()))
    write_verdicts(candidate.path, [*verdicts, *correction_verdicts(home)])
    return verdicts
