"""The README says what is so: its 37 targets are those of `indicators/`, its commands, sources and links are there.

`python -m tests.test_readme` writes the table of targets again.
"""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from pipelines.cli import app
from publishing import words
from publishing.site.wording import COMPARATORS, GROUPS, LEVELS
from sources.catalogue import Catalogue, load
from sources.door.inspect import inspect

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "README.md"
DIRECTIVE = "lang-son-2022"
TABLE = re.compile(
    r"(?<=<!-- targets: python -m tests\.test_readme -->\n).*?(?=<!-- /targets -->)",
    re.DOTALL,
)
LARGEST_PICTURE = 200_000


def written(catalogue: Catalogue) -> str:
    """The table of targets: a heading row for each group, then code, labels, levels, and what the directive asks."""
    levels = " | ".join(f"{vietnamese}<br>*{english}*" for vietnamese, english in LEVELS.values())
    lines = [
        f"| mã<br>*code* | chỉ tiêu<br>*target* | {levels} | phải đạt<br>*to reach* |",
        "| --- | --- |" + " :-: |" * len(LEVELS) + " --: |",
    ]
    for group, (vietnamese, english) in GROUPS.items():
        lines.append(f"| | **{vietnamese}** · ***{english}*** |" + " |" * len(LEVELS) + " |")
        for indicator in catalogue.indicators.values():
            if indicator.group != group:
                continue
            [target] = indicator.targets_of("headline", DIRECTIVE)
            asked = words.shown(target.value.numerator / target.value.denominator, indicator.value_kind)
            told = f"{COMPARATORS[target.comparator]} {asked}".replace(" ", "&nbsp;")
            measured = indicator.definitions["headline"].levels
            marks = " | ".join("✓" if level in measured else "" for level in LEVELS)
            lines.append(f"| `{indicator.code}` | {indicator.label.vi}<br>*{indicator.label.en}* | {marks} | {told} |")
    return "\n" + "\n".join(lines) + "\n\n"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def test_the_table_of_targets_is_what_the_catalogue_writes(catalogue: Catalogue) -> None:
    [table] = TABLE.findall(page())
    assert table == written(catalogue), "write it again: python -m tests.test_readme"


def test_the_table_has_each_file_of_indicators_once_with_its_target() -> None:
    files = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (ROOT / "indicators").glob("*.yml")
        if path.stem not in ("directive", "measures", "scoring")
    ]
    [table] = TABLE.findall(page())
    rows = {
        row[0]: row
        for row in re.findall(
            r"^\| `(\w+)` \| (.+?)<br>\*(.+?)\* \|.*\| ([≥>])&nbsp;(\S+?)&nbsp;(%|lần) \|$", table, re.M
        )
    }
    assert len(files) == len(rows) == 37
    for file in files:
        [headline] = [target for target in file["targets"] if target["definition"] == "headline"]
        numerator, denominator = headline["value"].split("/")
        _, vietnamese, english, comparator, number, unit = rows[file["code"]]
        assert (vietnamese, english) == (file["label"]["vi"], file["label"]["en"])
        assert comparator == {">=": "≥", ">": ">"}[headline["comparator"]]
        factor = {"%": 100, "lần": 1}[unit]
        assert float(number.replace(",", ".")) * int(denominator) == int(numerator) * factor, file["code"]


def test_every_command_is_told_and_every_command_told_is_there() -> None:
    root = get_command(app)
    commands = root.commands  # type: ignore[attr-defined]
    known = {name for name, command in commands.items() if not command.hidden}
    assert set(re.findall(r"`langson ([a-z-]+)", page())) == known
    for group in ("confirm", "sandbox"):
        [told] = re.findall(rf"^\| (`langson {group} .+?) \|", page(), re.MULTILINE)
        assert set(re.findall(r"`(?:langson \w+ )?(\w+)`", told)) == set(commands[group].commands), group


def test_every_make_target_that_is_told_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    there = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    told = set(re.findall(r"(?:`|^|data/real )make ([a-z-]+)", page(), re.MULTILINE))
    assert told <= there
    assert there - told == {"help", "clean"}


def test_the_table_of_sources_has_each_source_and_the_targets_it_feeds(catalogue: Catalogue) -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| ((?:mẫu số của )?[a-d]\d[\w, ]*) \|$", page(), re.MULTILINE)
    told = {source: set(re.findall(r"[a-d]\d\w*", codes)) for source, codes in rows}
    assert set(told) == {path.parent.name for path in (ROOT / "sources").glob("*/source.yml")}
    feeds: dict[str, set[str]] = {source: set() for source in told}
    for indicator in catalogue.indicators.values():
        for definition in indicator.definitions.values():
            for measure in (definition.numerator, definition.denominator):
                feeds[catalogue.measures[measure].source].add(indicator.code)
    assert told == feeds


def test_every_link_leads_somewhere_and_every_picture_is_small_and_told_in_words() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page())
    assert links
    for target in links:
        assert (ROOT / target).exists(), target
    shown = re.findall(r"!\[(.*?)\]\((.+?)\)", page())
    assert {path for _, path in shown} == {f"docs/pictures/{file.name}" for file in (ROOT / "docs/pictures").iterdir()}
    for words_of_it, path in shown:
        assert len(words_of_it) > 20, path
        assert (ROOT / path).stat().st_size < LARGEST_PICTURE, path


def test_the_example_of_your_own_files_is_read_whole(tmp_path: Path) -> None:
    [(place, text)] = re.findall(r"cat > inbox/(\S+) <<'HTML'\n(.*?)^HTML$", page(), re.MULTILINE | re.DOTALL)
    file = tmp_path / Path(place).name
    file.write_text(text, encoding="utf-8")
    found = inspect(Path(place).parent.name, file)
    assert (found.refusal, found.rejects) == ("", [])
    assert (found.window_start[:10], found.window_end[:10]) == ("2022-01-01", "2022-03-31")
    assert found.rows_landed == found.rows_read == text.count("<tr><td>") > 0


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: written(load()), page()), encoding="utf-8")
