"""A DCAT catalogue of the release: one dataset for each table, one distribution for each format it can be had in.

Written as Turtle and as JSON-LD. Files are named relative to the catalogue, so it stays true wherever the release is
put; what is not known (publisher, licence) is said to be undecided, not made up.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import DCAT, DCTERMS, OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from sources.catalogue.model import Text

from publishing.dictionary.declared import Table
from publishing.open_data.about import PACK, RIGHTS, Release
from publishing.open_data.files import File
from publishing.tables import CSV_SUFFIX

SPDX = Namespace("http://spdx.org/rdf/terms#")
MEDIA = "https://www.iana.org/assignments/media-types/"
GZIP = "application/gzip"
XLSX_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SPREADSHEET = "open_data/xlsx/bang_so_lieu.xlsx"
CSV_RULES = URIRef("https://www.rfc-editor.org/rfc/rfc4180")
SDMX_RULES = URIRef("https://sdmx.org/standards-2/")
PACKAGE_RULES = URIRef("https://specs.frictionlessdata.io/tabular-data-package/")


@dataclass(frozen=True)
class Form:
    """One way to have a table: file, media type, name, and the standard it keeps."""

    path: str
    media: str
    title: Text
    conforms_to: URIRef | None = None
    packed_as: str | None = None
    compressed_as: str | None = None


def write_catalogue(out: Path, release: Release, declared: Mapping[str, Table], files: Mapping[str, File]) -> None:
    """Write `dcat.ttl` and `dcat.jsonld` into `out`, which stands or will stand at `open_data/` of the release.

    Raises KeyError for a form of a table whose file is not among `files`.
    """
    graph = catalogue(release, declared, files)
    (out / "dcat.ttl").write_text(graph.serialize(format="turtle"), encoding="utf-8")
    context = {"dcat": str(DCAT), "dct": str(DCTERMS), "rdfs": str(RDFS), "spdx": str(SPDX), "xsd": str(XSD)}
    nodes = json.loads(graph.serialize(format="json-ld", context=context))
    text = json.dumps(_sorted(nodes), ensure_ascii=False, indent=1, sort_keys=True)
    (out / "dcat.jsonld").write_text(text + "\n", encoding="utf-8")


def catalogue(release: Release, declared: Mapping[str, Table], files: Mapping[str, File]) -> Graph:
    """The catalogue as a graph without blank nodes, so that it has one way to be written."""
    graph = Graph()
    for prefix, space in (("dcat", DCAT), ("dct", DCTERMS), ("spdx", SPDX)):
        graph.bind(prefix, space)
    base = f"urn:langson:release:{release.release_id}"
    root, rights, place, time = (URIRef(f"{base}{suffix}") for suffix in ("", ":rights", ":place", ":time"))
    graph.add((root, RDF.type, DCAT.Catalog))
    _say(graph, root, DCTERMS.title, PACK)
    if release.notice:
        _say(graph, root, DCTERMS.description, _two(release.notice))
    _describe(graph, root, release, rights)
    graph.add((rights, RDF.type, DCTERMS.RightsStatement))
    _say(graph, rights, RDFS.label, RIGHTS)
    graph.add((place, RDF.type, DCTERMS.Location))
    _say(graph, place, RDFS.label, Text("tỉnh Lạng Sơn", "Lạng Sơn province"))
    graph.add((time, RDF.type, DCTERMS.PeriodOfTime))
    graph.add((time, DCAT.startDate, Literal(release.first_day)))
    graph.add((time, DCAT.endDate, Literal(release.last_day)))
    for table in declared.values():
        dataset = URIRef(f"{base}:{table.name}")
        graph.add((root, DCAT.dataset, dataset))
        graph.add((dataset, RDF.type, DCAT.Dataset))
        graph.add((dataset, DCTERMS.identifier, Literal(table.name)))
        _say(graph, dataset, DCTERMS.title, Text(_first(table.description.vi), _first(table.description.en)))
        _say(graph, dataset, DCTERMS.description, _with_notice(table.description, release))
        _describe(graph, dataset, release, rights)
        graph.add((dataset, DCTERMS.spatial, place))
        graph.add((dataset, DCTERMS.temporal, time))
        for form in forms(table):
            _distribute(graph, dataset, f"{base}:{table.name}", form, files[form.path], rights)
    return graph


def forms(table: Table) -> list[Form]:
    """Every form in which a table is published."""
    workbook = f"open_data/xlsx/{table.name}.xlsx" if table.has_own_workbook else SPREADSHEET
    found = [
        Form(f"csv/{table.name}{CSV_SUFFIX}", "text/csv", Text("CSV", "CSV"), CSV_RULES, compressed_as=GZIP),
        Form(f"parquet/{table.name}.parquet", "application/vnd.apache.parquet", Text("Parquet", "Parquet")),
        Form("indicators.duckdb", "application/octet-stream", Text("DuckDB, mọi bảng", "DuckDB, every table")),
        Form(workbook, XLSX_MEDIA, Text("Excel (XLSX)", "Excel (XLSX)")),
        Form(
            "open_data/csv_excel.zip",
            "text/csv",
            Text("CSV cho Excel, mọi bảng", "CSV for Excel, every table"),
            None,
            "application/zip",
        ),
        Form(
            "datapackage.json",
            "application/json",
            Text("Data Package, mọi bảng", "Data Package, every table"),
            PACKAGE_RULES,
        ),
    ]
    if table.name == "fct_indicator_value":
        found.append(
            Form(
                "open_data/sdmx/indicator_values.zip",
                "text/csv",
                Text("SDMX-CSV 2.0", "SDMX-CSV 2.0"),
                SDMX_RULES,
                "application/zip",
            )
        )
    return found


def _distribute(graph: Graph, dataset: URIRef, base: str, form: Form, file: File, rights: URIRef) -> None:
    """One distribution of a dataset, its checksum included."""
    name = form.path.replace("/", ":")
    node, checksum, address = URIRef(f"{base}:{name}"), URIRef(f"{base}:{name}:sha256"), URIRef(f"../{form.path}")
    graph.add((dataset, DCAT.distribution, node))
    graph.add((node, RDF.type, DCAT.Distribution))
    _say(graph, node, DCTERMS.title, form.title)
    graph.add((node, DCAT.accessURL, address))
    graph.add((node, DCAT.downloadURL, address))
    graph.add((node, DCAT.mediaType, URIRef(MEDIA + form.media)))
    if form.packed_as:
        graph.add((node, DCAT.packageFormat, URIRef(MEDIA + form.packed_as)))
    if form.compressed_as:
        graph.add((node, DCAT.compressFormat, URIRef(MEDIA + form.compressed_as)))
    if form.conforms_to:
        graph.add((node, DCTERMS.conformsTo, form.conforms_to))
    graph.add((node, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger)))
    graph.add((node, DCTERMS.rights, rights))
    graph.add((node, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    graph.add((checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary)))


def _describe(graph: Graph, node: URIRef, release: Release, rights: URIRef) -> None:
    graph.add((node, DCTERMS.issued, Literal(f"{release.as_of:%Y-%m-%dT%H:%M:%S}+07:00", datatype=XSD.dateTime)))
    graph.add((node, OWL.versionInfo, Literal(release.release_id)))
    graph.add((node, DCTERMS.rights, rights))
    for language in ("VIE", "ENG"):
        graph.add(
            (node, DCTERMS.language, URIRef(f"http://publications.europa.eu/resource/authority/language/{language}"))
        )


def _say(graph: Graph, node: URIRef, what: URIRef, text: Text) -> None:
    graph.add((node, what, Literal(text.vi, lang="vi")))
    graph.add((node, what, Literal(text.en, lang="en")))


def _first(description: str) -> str:
    """The first sentence of a description, which names the table."""
    return description.split(". ")[0].rstrip(".")


def _with_notice(description: Text, release: Release) -> Text:
    if not release.notice:
        return description
    notice = _two(release.notice)
    return Text(f"{description.vi} {notice.vi}.", f"{description.en} {notice.en}.")


def _two(line: str) -> Text:
    """A line of a release's tables that says a thing in both languages."""
    vi, _, en = line.partition(" | ")
    return Text(vi, en or vi)


def _sorted(value: object) -> object:
    """JSON with every list in one order: in this graph no list has an order of its own."""
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    return value
