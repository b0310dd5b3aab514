"""dbt's own documentation of every model, as one file: `dbt_docs.html`, for who wants to see the SQL behind a table.

dbt's page is filled here from the manifest, as `dbt docs generate --static` fills it, without starting dbt (15 s of
processor time against a fifth of one) and without opening the private warehouse: the catalogue of column types is
made of the types that the models' contracts declare. dbt's page would ask a foreign server for a script that counts
its readers: the address is taken out, and the page's policy forbids every request.
"""

import json
import re
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from publishing.dictionary.declared import DictionaryError

PAGE = "dbt/task/docs/index.html"
MANIFEST_PLACE, CATALOG_PLACE = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'
COUNTER = "//d1fc8wv8zag5ca.cloudfront.net/2.9.0/sp.js"
FAVICON = re.compile(r"<link[^>]*favicon[^>]*>")
POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
    "'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'none'\">"
)
KEPT = (
    "nodes",
    "sources",
    "exposures",
    "docs",
    "metrics",
    "groups",
    "selectors",
    "disabled",
    "parent_map",
    "child_map",
    "saved_queries",
    "semantic_models",
    "unit_tests",
)
"""Parts of the manifest that the page shows; of the macros only our own, of the metadata nothing that changes."""


def dbt_docs_page(manifest: Mapping[str, Any]) -> str:
    """The page; raises DictionaryError when this dbt's page has no place for its data."""
    page = Path(str(distribution("dbt-core").locate_file(PAGE))).read_text(encoding="utf-8")
    for place in (MANIFEST_PLACE, CATALOG_PLACE, "<head>"):
        if page.count(place) != 1:
            raise DictionaryError(f"{PAGE}: {place} stands there {page.count(place)} times, expected once")
    project = manifest["metadata"]["project_name"]
    shown: dict[str, Any] = {part: manifest[part] for part in KEPT}
    shown["macros"] = {name: macro for name, macro in manifest["macros"].items() if macro["package_name"] == project}
    shown["metadata"] = {key: manifest["metadata"][key] for key in ("project_name", "adapter_type", "dbt_version")}
    page = FAVICON.sub("", page.replace(COUNTER, ""))
    page = page.replace("<head>", f"<head>{POLICY}")
    return page.replace(MANIFEST_PLACE, _inline(shown)).replace(CATALOG_PLACE, _inline(_catalog(manifest)))


def _catalog(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What dbt would ask the warehouse for, of every table whose contract says it."""
    nodes = {
        identity: {
            "unique_id": identity,
            "metadata": {"type": "table", "schema": node["schema"], "name": node["name"], "database": node["database"]},
            "columns": {
                name: {"name": name, "index": number, "type": column["data_type"], "comment": None}
                for number, (name, column) in enumerate(node["columns"].items(), start=1)
                if column["data_type"]
            },
            "stats": {},
        }
        for identity, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    return {"metadata": {}, "nodes": nodes, "sources": {}, "errors": None}


def _inline(value: object) -> str:
    """JSON that may stand in a script: nothing in it can end the script."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("</", "<\\/").replace("<!--", "\\u003c!--")
