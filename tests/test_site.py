"""The scoreboard's pages as files: complete, linked, the same from the same release, quiet about nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from tests.site_folder import page, rows, text

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(sandbox_release: Path) -> Path:
    return (sandbox_release / "releases" / "current").resolve()


def site_pages(folder: Path) -> list[Path]:
    return sorted((folder / "site").rglob("*.html"))


def test_quality_shows_every_check_with_those_that_failed_first(folder: Path) -> None:
    published = rows(folder, "quality_results")
    shown = page(folder, "quality.html").xpath("//table[contains(@class, 'quality')]/tbody/tr")
    assert sorted(text(row.xpath("./th")) for row in shown) == sorted(row["check"] for row in published)
    failed = [row.get("class") == "failed" for row in shown]
    assert failed == sorted(failed, reverse=True)
    assert sum(failed) == sum(row["outcome"] != "passed" for row in published)


def test_every_late_or_missing_window_is_listed_and_the_worst_sender_comes_first(folder: Path) -> None:
    published = rows(folder, "rpt_delivery_timeliness")
    tree = page(folder, "timeliness.html")
    windows = tree.xpath("//table[contains(@class, 'windows')]/tbody/tr")
    assert len(windows) == sum(row["outcome"] in ("late", "missing", "refused") for row in published)
    senders = tree.xpath("//table[contains(@class, 'senders')]/tbody/tr")
    missing = [int(text(row.xpath("./td[2]"))) for row in senders]
    assert missing == sorted(missing, reverse=True) and sum(missing) == sum(
        row["outcome"] == "missing" for row in published
    )
    late = [row for row in windows if "muộn" in text(row.xpath("./td[last()]"))]
    assert len(late) == sum(row["outcome"] == "late" for row in published)
    assert all(re.search(r"muộn [0-9.]+ ngày", text(row.xpath("./td[last()]"))) for row in late)


def test_the_first_release_says_that_it_revises_nothing(folder: Path) -> None:
    assert not rows(folder, "fct_indicator_revision")
    assert "chưa có giá trị nào để sửa" in text(page(folder, "revisions.html").xpath("//main"))


def test_the_methodology_has_every_definition_and_clause(folder: Path) -> None:
    tree = page(folder, "methodology.html")
    told = text(tree.xpath("//main"))
    for row in rows(folder, "dim_indicator"):
        article = text(tree.xpath(f"//article[@id='{row['indicator_code']}']"))
        assert row["definition"] in article
        assert " ".join((row["note_vi"] or "").split()) in article
    for row in rows(folder, "rpt_coverage", item_type="clause"):
        assert row["clause"] in told and " ".join(row["label_vi"].split()) in told


def test_downloads_list_every_file_beside_the_site_with_its_size(folder: Path) -> None:
    tree = page(folder, "downloads.html")
    linked = {link for link in tree.xpath("//main//a/@href") if link.startswith("../")}
    published = {f"../{kind}/{path.name}" for kind in ("csv", "parquet") for path in (folder / kind).iterdir()}
    assert published | {"../indicators.duckdb", "../changes.md"} <= linked
    assert "Kết quả mọi phép kiểm tra" in text(tree.xpath("//tr[.//a[@href='../csv/quality_results.csv.gz']]"))


def test_every_link_and_every_anchor_leads_to_something(folder: Path) -> None:
    anchors: dict[Path, set[str]] = {}
    trees = {path: html.fromstring(path.read_text(encoding="utf-8")) for path in site_pages(folder)}
    for path, tree in trees.items():
        names = tree.xpath("//@id")
        anchors[path] = set(names)
        assert len(names) == len(anchors[path]), f"{path.name}: an id stands twice"
    for path, tree in trees.items():
        for link in tree.xpath("//@href | //@src"):
            target = urlsplit(link)
            assert not target.scheme and not target.netloc, f"{path.name}: {link} leads outside"
            meant = (path.parent / unquote(target.path)).resolve() if target.path else path
            assert meant.is_file() and meant.is_relative_to(folder), f"{path.name}: {link}"
            assert not target.fragment or target.fragment in anchors[meant], f"{path.name}: {link}"


def test_every_page_says_which_release_it_shows_that_it_is_simulated_and_in_both_languages(folder: Path) -> None:
    (release,) = rows(folder, "release_info")
    for path in site_pages(folder):
        tree = html.fromstring(path.read_text(encoding="utf-8"))
        assert tree.get("lang") == "vi"
        assert release["release_id"] in text(tree.xpath("//footer"))
        assert f"{release['as_of']:%d/%m/%Y %H:%M}" in text(tree.xpath("//footer"))
        assert tree.xpath("//footer//a[contains(@href, 'downloads.html')]")
        assert text(tree.xpath("//h1/span[@lang='en']"))
        assert "MÔ PHỎNG" in text(tree.xpath("//*[@class='simulated']")) and "SIMULATED" in path.read_text()
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        assert not tree.xpath("//@style | //style | //script[not(@src) and not(@type='application/json')]")


def test_there_is_a_page_for_each_unit_with_values_and_none_for_others(folder: Path) -> None:
    units = {row["unit_code"] for row in rows(folder, "fct_indicator_value")}
    assert {path.stem for path in (folder / "site" / "units").glob("*.html")} == units | {"index"}
    linked = set(page(folder, "units/index.html").xpath("//main//a/@href"))
    assert {f"../units/{code}.html" for code in units} <= linked


def test_the_same_release_gives_the_same_bytes_in_another_process(folder: Path, tmp_path: Path) -> None:
    """Another process with another hash seed, another zone and another folder."""
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    for item in folder.iterdir():
        if item.name != "site":
            (copy / item.name).symlink_to(item)
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima"}
    done = subprocess.run(
        [sys.executable, "-m", "publishing.site.build", str(copy)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, again = (
        {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
        for one in (folder / "site", copy / "site")
    )
    assert [path for path in first if first[path] != again.get(path)] == [] and set(first) == set(again)


def test_the_site_is_light_enough_for_a_usb_stick(folder: Path) -> None:
    """12 MB: the budget of the site without the explanations."""
    size = sum(
        path.stat().st_size
        for path in (folder / "site").rglob("*")
        if path.is_file() and "explain" not in path.relative_to(folder).parts
    )
    assert size < 12_000_000
