"""The dictionary as one document for machines, `dictionary.json`; the page for people is made of the same document."""

from collections.abc import Mapping
from typing import Any

from sources.catalogue.model import Catalogue, Indicator, Measure, Text

from publishing.dictionary.declared import Column, Table, vocabulary

Document = Mapping[str, Any]


def dictionary_document(release: Document, declared: Mapping[str, Table], catalogue: Catalogue) -> dict[str, Any]:
    """Everything a reader must know of the tables, the measures and the indicators; every text as {vi, en}.

    `release` is what the document says of the release itself: release_id, as_of, notice.
    """
    return {
        "release": dict(release),
        "vocabulary": {
            kind: {code: both(text) for code, text in texts.items()} for kind, texts in vocabulary().items()
        },
        "tables": [_table(table) for table in declared.values()],
        "measures": [_measure(measure) for measure in catalogue.measures.values()],
        "indicators": [_indicator(indicator) for indicator in catalogue.indicators.values()],
    }


def both(text: Text | None) -> dict[str, str] | None:
    """A text by language."""
    return None if text is None else {"vi": text.vi, "en": text.en}


def _coded(kind: str, code: str) -> dict[str, str]:
    text = vocabulary()[kind][code]
    return {"code": code, "vi": text.vi, "en": text.en}


def _counted_thing(code: str) -> dict[str, str]:
    """What a measure counts. A new source may count a new thing: until the vocabulary has words, its code stands."""
    known = code in vocabulary()["counted_things"]
    return _coded("counted_things", code) if known else {"code": code, "vi": code, "en": code}


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "description": both(table.description),
        "key": list(table.key),
        "references": [
            {"columns": list(one.columns), "table": one.table, "table_columns": list(one.table_columns)}
            for one in table.references
        ],
        "columns": [_column(column) for column in table.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.data_type,
        "description": both(column.description),
        "unit": _coded("units", column.unit) if column.unit else None,
        "adds_up": _coded("adds_up", column.adds_up) if column.adds_up else None,
        "is_required": column.is_required,
        "accepted_values": list(column.accepted_values),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "code": measure.code,
        "label": both(measure.label),
        "unit": _counted_thing(measure.counted_thing),
        "source": measure.source,
        "accumulation": _coded("accumulation", measure.accumulation),
        "rollup": _coded("rollup", measure.rollup),
        "event_date": measure.event_date,
        "part_of": measure.part_of,
        "is_computed": measure.model is not None,
        "datasets": list(measure.datasets),
    }


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "group": indicator.group,
        "clause": indicator.clause,
        "label": both(indicator.label),
        "question": both(indicator.question),
        "owner": indicator.owner,
        "value_kind": indicator.value_kind,
        "period_rule": indicator.period_rule,
        "notes": both(indicator.notes),
        "definitions": [
            {
                "name": definition.name,
                "numerator": definition.numerator,
                "denominator": definition.denominator,
                "denominator_shift_months": definition.shift_months,
                "tiers": list(definition.tiers),
                "levels": list(definition.levels),
                "starts": definition.starts.isoformat(),
                "note": both(definition.note),
            }
            for definition in indicator.definitions.values()
        ],
    }
