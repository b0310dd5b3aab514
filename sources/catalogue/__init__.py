"""The directive as data: reads `indicators/`, holds its files against each other, and turns them into typed tables.

Here belongs what the YAML files mean. The numbers are counted in dbt; units and contracts belong to `reference` and
`registry`.
`python -m sources.catalogue` lists every error it finds and exits 1 when there is one.
"""

from functools import cache

from sources.catalogue.checks import check
from sources.catalogue.documents import INDICATORS, CatalogueError, shape_errors
from sources.catalogue.model import Catalogue, load
from sources.catalogue.tables import SCHEMAS, definition_tables

__all__ = [
    "INDICATORS",
    "SCHEMAS",
    "Catalogue",
    "CatalogueError",
    "check",
    "definition_tables",
    "load",
    "own_catalogue",
    "shape_errors",
]


@cache
def own_catalogue() -> Catalogue:
    """What `indicators/` of this checkout holds, read once a process."""
    return load()
