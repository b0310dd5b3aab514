"""Builds a release's open data and dictionary: `open_data/`, `dictionary/`, `datapackage.json`, `SHA256SUMS`."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sources.catalogue import own_catalogue
from sources.catalogue.model import Text

from publishing.dictionary.dbt_docs import dbt_docs_page
from publishing.dictionary.declared import Table, declared_tables, require_described
from publishing.dictionary.document import both, dictionary_document
from publishing.dictionary.page import dictionary_page
from publishing.open_data.about import Release, csv_note, paragraphs, release_of
from publishing.open_data.datapackage import NAME as PACKAGE
from publishing.open_data.datapackage import write_datapackage
from publishing.open_data.dcat import write_catalogue
from publishing.open_data.excel_csv import write_excel_csv
from publishing.open_data.files import file_of, files_below, write_sums
from publishing.open_data.sdmx import write_sdmx_files
from publishing.open_data.workbook import write_workbook
from publishing.tables import Tables, open_tables
from publishing.words import moment

BUILDING = ".open_data-building"
SHARED_WORKBOOK = "bang_so_lieu.xlsx"


def build_open_data(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the open data and the dictionary of a release folder that holds parquet/, csv/ and indicators.duckdb.

    `manifest` is dbt's manifest.json. Everything is made in a folder beside and moved when whole. Raises
    DictionaryError where the tables are not as declared, ValueError where a format cannot hold a value.
    """
    declared = declared_tables(manifest)
    building = folder / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    open_data, dictionary = building / "open_data", building / "dictionary"
    open_data.mkdir(parents=True)
    dictionary.mkdir()
    with open_tables(folder) as tables:
        require_described(tables, declared)
        release = release_of(tables)
        write_dictionary(dictionary, release, declared, manifest)
        write_excel_csv(tables, open_data / "csv_excel.zip", csv_note(release))
        write_workbooks(tables, open_data / "xlsx", release, declared)
        write_sdmx_files(tables, declared["fct_indicator_value"], open_data / "sdmx")
    files = files_below(folder, "csv", "parquet") | files_below(building, "open_data", "dictionary")
    files["indicators.duckdb"] = file_of(folder, folder / "indicators.duckdb")
    write_datapackage(building, release, declared, files)
    files[PACKAGE] = file_of(building, building / PACKAGE)
    write_catalogue(open_data, release, declared, files)
    for name in ("open_data", "dictionary"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (building / name).replace(folder / name)
    (building / PACKAGE).replace(folder / PACKAGE)
    building.rmdir()
    write_sums(folder)


def write_dictionary(
    folder: Path, release: Release, declared: Mapping[str, Table], manifest: Mapping[str, Any]
) -> None:
    """Write `dictionary.json`, `dictionary.html` and `dbt_docs.html` into a folder."""
    vi, _, en = release.notice.partition(" | ")
    about = {
        "release_id": release.release_id,
        "as_of": release.as_of.isoformat(),
        "as_of_vi": moment(release.as_of),
        "notice": both(Text(vi, en)),
    }
    document = dictionary_document(about, declared, own_catalogue())
    (folder / "dictionary.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "dictionary.html").write_text(dictionary_page(document), encoding="utf-8")
    (folder / "dbt_docs.html").write_text(dbt_docs_page(manifest), encoding="utf-8")


def write_workbooks(tables: Tables, folder: Path, release: Release, declared: Mapping[str, Table]) -> None:
    """Write every table as XLSX: the short ones in one workbook, a long one in its own, so that each opens quickly."""
    folder.mkdir()
    note = paragraphs(release)
    shared = [table.name for table in declared.values() if not table.has_own_workbook]
    write_workbook(tables, shared, folder / SHARED_WORKBOOK, note)
    for table in declared.values():
        if table.has_own_workbook:
            write_workbook(tables, [table.name], folder / f"{table.name}.xlsx", [*note, table.description.both])
