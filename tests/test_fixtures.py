"""Each source's fixtures (clean, dirty, broken) against what a person counted in them."""

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from sources.door.inspect import inspect

SOURCES = Path(__file__).parents[1] / "sources"
CASES = [
    pytest.param(path.parents[1].name, path.parent / name, expected, id=f"{path.parents[1].name}-{name}")
    for path in sorted(SOURCES.glob("*/fixtures/expected.yml"))
    for name, expected in yaml.safe_load(path.read_text(encoding="utf-8")).items()
]


@pytest.mark.parametrize(("source_code", "file", "expected"), CASES)
def test_the_door_says_of_a_fixture_what_a_person_counted(source_code: str, file: Path, expected: dict) -> None:
    found = inspect(source_code, file)
    if "refused" in expected:
        assert found.refusal
        assert [word for word in expected["refused"] if word not in found.refusal] == []
        assert found.rows_landed == 0
        return
    columns = defaultdict(set)
    for reject in found.rejects:
        columns[reject["rule"]].add(reject["column_name"])
    assert found.refusal == ""
    assert {
        "dataset": found.dataset,
        "part": found.part,
        "window": [found.window_start, found.window_end] if found.window_start else None,
        "read": found.rows_read,
        "landed": found.rows_landed,
        "excluded": found.excluded,
        "rejected": {rule: sorted(names) for rule, names in columns.items()},
    } == {**expected, "window": [str(day) for day in expected["window"]] if expected["window"] else None}
    assert found.rows_read == found.rows_landed + len(found.rejects) + sum(found.excluded.values())


def test_every_source_has_clean_dirty_and_broken_fixtures() -> None:
    kinds = {
        path.parent.name: {file.name.split("_")[0] for file in (path.parent / "fixtures").iterdir()}
        for path in SOURCES.glob("*/source.yml")
    }
    assert {source: {"clean", "dirty", "broken"} - found for source, found in kinds.items()} == {
        source: set() for source in kinds
    }
