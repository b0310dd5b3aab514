"""Where each page lies under `site/`: every link is made here."""

from collections.abc import Mapping
from typing import Any

from publishing.tables import Tables


def unit_page(unit: Mapping[str, Any]) -> str:
    """The page of a row of `measured_units`: its code alone when no other unit of the release has it."""
    return f"units/{unit['page_name']}.html"


def indicator_page(indicator_code: str) -> str:
    """The page of an indicator."""
    return f"indicators/{indicator_code}.html"


def ranking_page(bloc_code: str) -> str:
    """The page of an emulation bloc."""
    return f"ranking/{bloc_code}.html"


def explanation_page(unit: Mapping[str, Any], indicator_code: str) -> str:
    """Where a unit's indicator is explained; `unit` is a row of `measured_units`. Of a commune with an anchor."""
    if unit["unit_level"] == "commune":
        return f"explain/{unit['page_name']}/index.html#{indicator_code}"
    return f"explain/{unit['page_name']}/{indicator_code}.html"


def root_of(page: str) -> str:
    """The relative way from a page to the site's root: "", "../" or "../../"."""
    return "../" * page.count("/")


def measured_units(tables: Tables) -> list[dict[str, Any]]:
    """Rows of `dim_unit` that have values in this release, in Vietnamese order, with the `page_name` of each."""
    return tables.rows("""
        select
            unit.*,
            case
                when count(*) over (partition by unit.unit_code) = 1 then unit.unit_code
                else unit.unit_code || '-' || strftime(unit.valid_from, '%Y-%m-%d')
            end as page_name
        from dim_unit as unit
        where unit.unit_key in (select unit_key from fct_indicator_value)
        order by unit.sort_key, unit.unit_key
    """)
