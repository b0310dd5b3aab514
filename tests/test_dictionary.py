"""The dictionary says everything about every published column, says it once, and says how not to add it up."""

import copy
import json
import re
import shutil
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from publishing.dictionary.declared import DictionaryError, Table, declared_tables, require_described, vocabulary
from publishing.open_data.about import release_of
from publishing.open_data.build import write_dictionary
from publishing.tables import open_tables
from tests.browser import CHROMIUM

ROOT = Path(__file__).parents[1]
EXPOSURES = yaml.safe_load((ROOT / "dbt_project/models/exposures.yml").read_text(encoding="utf-8"))["exposures"]
ARROW = {
    "varchar": pa.string(),
    "varchar[]": pa.list_(pa.string()),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "decimal(12, 6)": pa.decimal128(12, 6),
}


@pytest.fixture(scope="module")
def manifest() -> Mapping[str, Any]:
    """What dbt makes of the yml files, as `make setup` leaves it."""
    found: Mapping[str, Any] = json.loads((ROOT / "dbt_project/target/manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def release(sandbox_release: Path) -> Path:
    """The release of a simulated province."""
    return (sandbox_release / "releases" / "current").resolve()


@pytest.fixture(scope="module")
def written(release: Path, manifest: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the release's dictionary."""
    folder = tmp_path_factory.mktemp("dictionary")
    (folder / "parquet").mkdir()
    for name in ("release_info", "dim_period"):  # all that tells of the release itself
        shutil.copy(release / "parquet" / f"{name}.parquet", folder / "parquet")
    with open_tables(folder) as tables:
        write_dictionary(folder, release_of(tables), declared_tables(manifest), manifest)
    return folder


@pytest.fixture(scope="module")
def document(written: Path) -> Mapping[str, Any]:
    """The dictionary for machines."""
    found: Mapping[str, Any] = json.loads((written / "dictionary.json").read_text(encoding="utf-8"))
    return found


def schemas(release: Path) -> dict[str, pa.Schema]:
    """The published tables as pyarrow finds them."""
    return {path.stem: pq.read_schema(path) for path in sorted((release / "parquet").glob("*.parquet"))}


def test_every_published_column_is_in_the_dictionary_with_its_type_and_nothing_else_is(
    release: Path, document: Mapping[str, Any]
) -> None:
    told = {
        table["name"]: {column["name"]: ARROW[column["type"]] for column in table["columns"]}
        for table in document["tables"]
    }
    there = {name: dict(zip(schema.names, schema.types, strict=True)) for name, schema in schemas(release).items()}
    assert told == there


def test_every_numeric_column_says_its_unit_and_whether_it_adds_up(release: Path, document: Mapping[str, Any]) -> None:
    numeric = {
        (name, field.name)
        for name, schema in schemas(release).items()
        for field in schema
        if pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)
    }
    told = {
        (table["name"], column["name"])
        for table in document["tables"]
        for column in table["columns"]
        if column["unit"] and column["adds_up"] and column["adds_up"]["vi"] and column["adds_up"]["en"]
    }
    assert numeric
    assert told == numeric


def test_ratios_scores_and_ranks_never_add_up_nor_do_values_to_date_over_months(document: Mapping[str, Any]) -> None:
    rules = {
        (table["name"], column["name"]): column["adds_up"]["code"]
        for table in document["tables"]
        for column in table["columns"]
        if column["adds_up"]
    }
    never = ("value", "margin", "score", "rank", "attainment", "pace", "forecast", "target_numerator")
    assert {rule for (_, column), rule in rules.items() if column in never} == {"never"}
    assert rules["fct_measure_value", "value_to_date"] == "by_measure_to_date"
    assert rules["fct_measure_value", "value_month"] == "by_measure_in_month"


def test_every_code_of_the_vocabulary_is_used_and_has_both_names(document: Mapping[str, Any]) -> None:
    columns = [column for table in document["tables"] for column in table["columns"]]
    used = {
        "adds_up": {column["adds_up"]["code"] for column in columns if column["adds_up"]},
        "units": {column["unit"]["code"] for column in columns if column["unit"]},
        "accumulation": {measure["accumulation"]["code"] for measure in document["measures"]},
        "rollup": {measure["rollup"]["code"] for measure in document["measures"]},
        "counted_things": {measure["unit"]["code"] for measure in document["measures"]},
    }
    used["adds_up_short"] = used["adds_up"]
    assert {kind: set(texts) for kind, texts in vocabulary().items()} == used


def test_every_measure_and_indicator_of_the_directive_is_in_the_dictionary(document: Mapping[str, Any]) -> None:
    measures = yaml.safe_load((ROOT / "indicators/measures.yml").read_text(encoding="utf-8"))
    told = {measure["code"]: (measure["label"], measure["unit"]["code"]) for measure in document["measures"]}
    assert told == {code: (measure["label"], measure["unit"]) for code, measure in measures.items()}
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "indicators").glob("[a-d][0-9]*.yml")]
    definitions = {file["code"]: set(file["definitions"]) for file in files}
    assert {one["code"]: {d["name"] for d in one["definitions"]} for one in document["indicators"]} == definitions


class Page(HTMLParser):
    """What the page names: its tags, addresses, identifiers and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append(data.strip())


def test_the_page_runs_nothing_asks_nobody_and_every_link_in_it_leads_somewhere(written: Path) -> None:
    page = Page((written / "dictionary.html").read_text(encoding="utf-8"))
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form"}
    assert not [
        attributes for _, attributes in page.tags if any(name.startswith(("on", "style")) for name in attributes)
    ]
    policies = [attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv")]
    assert len(policies) == 1 and str(policies[0]).startswith("default-src 'none'; style-src 'sha256-")
    identifiers = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    targets = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    files = {path.name for path in written.iterdir()}
    assert targets and [one for one in targets if one not in files and one.removeprefix("#") not in identifiers] == []


def test_the_page_shows_every_description_in_vietnamese_and_beside_it_in_english(
    written: Path, document: Mapping[str, Any]
) -> None:
    texts = set(Page((written / "dictionary.html").read_text(encoding="utf-8")).texts)
    columns = [column for table in document["tables"] for column in table["columns"]]
    described = [*document["tables"], *columns]
    assert [one["name"] for one in described if one["description"]["en"] not in texts] == []
    assert [one["name"] for one in described if one["description"]["vi"] not in texts] == []
    assert document["release"]["notice"]["vi"].startswith("MÔ PHỎNG") and document["release"]["notice"]["vi"] in texts


def test_dbts_own_page_shows_a_columns_type_and_asks_nobody(written: Path) -> None:
    from playwright.sync_api import sync_playwright

    path = written / "dbt_docs.html"
    assert str(ROOT) not in path.read_text(encoding="utf-8")
    asked: list[str] = []
    failed: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(f"{path.as_uri()}#!/model/model.langson.fct_measure_value")
        row = page.locator("tr", has_text="value_to_date").filter(has_text="bigint").first
        row.wait_for(timeout=60_000)
        assert "Lũy kế từ 01/01" in row.inner_text()
        browser.close()
    assert failed == []
    # dbt's page asks for icons under names that its own script has not yet filled in; nothing of it leaves the folder.
    assert [url for url in asked if not url.startswith(written.as_uri())] == []


def broken(manifest: Mapping[str, Any], change: Callable[[dict[str, Any]], None]) -> Mapping[str, Any]:
    """A manifest whose fct_measure_value was changed."""
    made: dict[str, Any] = {"nodes": dict(manifest["nodes"])}
    name = "model.langson.fct_measure_value"
    made["nodes"][name] = copy.deepcopy(made["nodes"][name])
    change(made["nodes"][name])
    return made


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda node: node["columns"]["value_month"]["config"]["meta"].pop("unit"), "value_month: units is None"),
        (lambda node: node["columns"]["value_month"]["config"]["meta"].update(adds_up="yes"), "adds_up is 'yes'"),
        (lambda node: node["columns"]["tier"]["config"].update(meta={"unit": "row"}), "tier: units is 'row'"),
        (lambda node: node["columns"]["tier"].update(description="Cấp."), "expected 'Vietnamese | English'"),
        (lambda node: node["config"].update(meta={"workbook": "mine"}), "workbook is 'mine'"),
    ],
)
def test_a_column_that_is_not_described_in_full_is_refused_by_name(
    manifest: Mapping[str, Any], change: Callable[[dict[str, Any]], None], told: str
) -> None:
    with pytest.raises(DictionaryError, match=re.escape(told)):
        declared_tables(broken(manifest, change))


def test_a_release_that_holds_other_columns_than_declared_is_refused_by_name(
    release: Path, manifest: Mapping[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "parquet").mkdir()
    for name, schema in schemas(release).items():
        table = schema.empty_table()
        if name == "dim_period":
            table = table.rename_columns(["renamed", *table.column_names[1:]])
        if name != "rpt_pace":
            pq.write_table(table, tmp_path / "parquet" / f"{name}.parquet")
    declared: Mapping[str, Table] = declared_tables(manifest)
    with open_tables(tmp_path) as tables, pytest.raises(DictionaryError) as refusal:
        require_described(tables, declared)
    assert "dim_period" in str(refusal.value) and "'renamed'" in str(refusal.value)
    assert "rpt_pace: declared, not in the release" in str(refusal.value)


def marts() -> set[str]:
    """The published tables that dbt makes."""
    return {path.stem for path in (ROOT / "dbt_project/models/marts").glob("*.sql")}


def tables_named_in(path: Path) -> set[str]:
    """The marts that the SQL and the code of a file or a folder name."""
    files = [path] if path.is_file() else [*path.rglob("*.py"), *path.rglob("*.html")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    prefixed = {name for name in marts() if "_" in name and re.search(rf"\b{name}\b", text)}
    # `deliveries` is also a plain word: only as a table of a query does it count.
    plain = {name for name in marts() if "_" not in name and re.search(rf"\b(from|join)\s+{name}\b", text)}
    return prefixed | plain


@pytest.mark.parametrize("exposure", EXPOSURES, ids=lambda exposure: exposure["name"])
def test_an_exposure_depends_on_exactly_the_tables_that_its_code_names(exposure: Mapping[str, Any]) -> None:
    depends_on = {name.removeprefix("ref('").removesuffix("')") for name in exposure["depends_on"]}
    code = exposure["config"]["meta"]["code"]
    if code == "every":
        assert depends_on == marts()
        return
    paths = [ROOT / path for path in code]
    assert [path for path in paths if not path.exists()] == []
    assert depends_on == set().union(*(tables_named_in(path) for path in paths))


def test_every_exposure_has_an_office_as_owner_and_both_languages() -> None:
    for exposure in EXPOSURES:
        assert {len(exposure[key].split(" | ")) for key in ("label", "description")} == {2}, exposure["name"]
        assert exposure["owner"] == {"name": "Sở Thông tin và Truyền thông"}, exposure["name"]
