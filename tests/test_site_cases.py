"""Pages of releases as they may come: real ones, revised ones, ones with a failed check, ones with hostile text."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import html

from publishing.site.checks import quality_pages, revision_pages
from publishing.site.pages import Desk, Pages
from publishing.site.release import read_release
from publishing.site.rendering import environment
from publishing.site.scorecard import scorecard_pages
from publishing.tables import open_tables
from sources.catalogue import load
from tests.site_folder import rows, text


@pytest.fixture(scope="module")
def folder(sandbox_release: Path) -> Path:
    return sandbox_release / "releases" / "current"


def changed_release(folder: Path, target: Path, **tables: Callable[[pa.Table], pa.Table]) -> Path:
    """The release's tables with some of them changed, in a folder without anything else."""
    (target / "parquet").mkdir(parents=True)
    for path in (folder / "parquet").glob("*.parquet"):
        change = tables.get(path.stem)
        if change is None:
            (target / "parquet" / path.name).symlink_to(path)
        else:
            pq.write_table(change(pq.read_table(path)), target / "parquet" / path.name)
    return target


def replaced(**values: Any) -> Callable[[pa.Table], pa.Table]:
    """The table with these values in its first row."""
    return lambda table: pa.Table.from_pylist(
        [{**table.to_pylist()[0], **values}, *table.to_pylist()[1:]], table.schema
    )


def rendered(folder: Path, writer: Callable[[Desk], Pages]) -> html.HtmlElement:
    """The first page of one kind, of a release folder."""
    with open_tables(folder) as tables:
        release = read_release(tables, load())
        _, text_of_page = next(iter(writer(Desk(release, environment(release.info), {}))))
    return html.fromstring(text_of_page)


def test_a_release_that_is_not_simulated_does_not_say_that_it_is(folder: Path, tmp_path: Path) -> None:
    real = changed_release(
        folder, tmp_path / "real", release_info=replaced(is_simulated=False, origin="inbox", notice="")
    )
    assert "MÔ PHỎNG" not in html.tostring(rendered(real, scorecard_pages), encoding="unicode")


def test_a_revised_value_is_shown_old_and_new_with_its_reason_and_deliveries(folder: Path, tmp_path: Path) -> None:
    (release,), delivery = rows(folder, "release_info"), rows(folder, "deliveries", outcome="standing")[0]
    (value,) = rows(
        folder,
        "fct_indicator_value",
        indicator_code="a5",
        definition="headline",
        unit_code="20",
        period_start=date(2022, 12, 1),
    )
    key = {
        name: value[name]
        for name in ("directive_code", "indicator_code", "definition", "unit_key", "unit_code", "period_start")
    }
    key["new_as_of"] = release["as_of"]
    old = {"numerator": 23, "denominator": 80, "value": 0.2875, "status": "computed", "is_met": False}
    new = {"numerator": 40, "denominator": 80, "value": 0.5, "status": "computed", "is_met": True}
    revision = {
        **key,
        **{f"old_{name}": one for name, one in old.items()},
        **{f"new_{name}": one for name, one in new.items()},
        "old_as_of": release["as_of"] - timedelta(days=31),
        "reason": "resent",
        "deliveries": 1,
    }
    link = {**key, "delivery_id": delivery["delivery_id"], "is_resent": True}
    revised = changed_release(
        folder, tmp_path / "revised",
        fct_indicator_revision=lambda table: pa.Table.from_pylist([revision], table.schema),
        revision_delivery=lambda table: pa.Table.from_pylist([link], table.schema),
        release_info=replaced(parent_as_of=release["as_of"] - timedelta(days=31), parent_release_id="earlier"),
    )  # fmt: skip
    told = text(rendered(revised, revision_pages).xpath("//tr[@data-indicator='a5']"))
    assert "28,8 %" in told and "23 / 80" in told and "50,0 %" in told and "40 / 80" in told
    assert "chưa đạt → ✓ đạt" in told and "nộp lại" in told and delivery["file_name"] in told


def test_a_check_that_failed_stands_first_and_is_counted(folder: Path, tmp_path: Path) -> None:
    failed = changed_release(
        folder, tmp_path / "failed", quality_results=replaced(outcome="failed", reason="sai | wrong")
    )
    tree = rendered(failed, quality_pages)
    first = tree.xpath("//table/tbody/tr")[0]
    assert first.get("class") == "failed" and "✗ không đạt" in text([first]) and "sai wrong" in text([first])
    assert text(tree.xpath("//p[@class='attention']")).startswith("1 / ")


def test_text_from_a_table_never_becomes_markup(folder: Path, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    changed = changed_release(folder, tmp_path / "evil", quality_results=replaced(reason=evil))
    tree = rendered(changed, quality_pages)
    assert not tree.xpath("//td//script") and evil in tree.text_content()
