"""Each kind of dirt alone in one delivery, as the door reads it: repaired, rejected, excluded or refused as stated."""

from pathlib import Path

import pytest

from sources.units import resolver_of_2022
from tests.dirt.catalogue import Excluded, Kind, Refused, Rejected, Repaired, SameUnit, Settled
from tests.dirt.page import FAMILIES, KINDS, PAGE, take, written

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("kind", [pytest.param(kind, id=code) for code, kind in KINDS.items()])
def test_a_kind_of_dirt_alone_has_its_stated_outcome(kind: Kind) -> None:
    match kind.outcome:
        case SameUnit(spellings, unit_code, part):
            meant = {text: resolver_of_2022().resolve(None, text, part, None).unit_code for text in spellings}
            assert meant == dict.fromkeys(spellings, unit_code)
            return
        case Settled(test):
            assert is_there(test), f"{kind.code}: no test is named {test}"
            return
    assert kind.dirty is not None
    taken = take(kind.dirty)
    found = taken.prepared
    assert found.refusal or found.rows_read == found.rows_landed + len(found.rejects) + sum(found.excluded.values())
    rejected = [(reject["rule"], reject["column_name"]) for reject in found.rejects.to_pylist()]
    match kind.outcome:
        case Repaired(clean):
            assert (found.refusal, rejected, found.excluded) == ("", [], {})
            wanted = take(clean)
            assert wanted.rows
            assert taken.rows == wanted.rows
            assert (found.part, found.window) == (wanted.prepared.part, wanted.prepared.window)
        case Rejected(rule, column):
            assert (found.refusal, rejected) == ("", [(rule, column)])
            assert len(taken.rows) == 2
        case Excluded(rule):
            assert (found.refusal, rejected, found.excluded) == ("", [], {rule: 1})
            assert len(taken.rows) == 2
        case Refused(words):
            assert [word for word in words if word not in found.refusal] == []
            assert found.refusal
            assert found.rows_landed == 0


def is_there(test: str) -> bool:
    """Whether a dbt unit test, or `file::name`, exists."""
    if "::" in test:
        file, name = test.split("::")
        return f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
    files = (ROOT / "dbt_project" / "models").rglob("unit_tests*.yml")
    return any(f"- name: {test}\n" in file.read_text(encoding="utf-8") for file in files)


def test_the_page_about_dirt_is_what_the_catalogue_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "write it again: python -m tests.dirt"


def test_no_two_kinds_share_a_code() -> None:
    assert len(KINDS) == sum(len(family.kinds) for family in FAMILIES)
