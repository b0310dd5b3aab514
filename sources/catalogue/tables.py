"""The catalogue as typed Arrow tables: what dbt reads as source `definitions`. Every table has a total order."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from sources.catalogue.checks import disagreements
from sources.catalogue.documents import INDICATORS, CatalogueError
from sources.catalogue.model import Catalogue, Definition, Directive, Fraction, Indicator, load
from sources.catalogue.scoring import SCORING_SCHEMAS, scoring_tables

TEXT, COUNT, DAY, FLAG, LIST = pa.string(), pa.int64(), pa.date32(), pa.bool_(), pa.list_(pa.string())

SCHEMAS: dict[str, pa.Schema] = {
    "indicators": pa.schema(
        [
            ("directive_code", TEXT),
            ("indicator_code", TEXT),
            ("definition", TEXT),
            ("is_headline", FLAG),
            ("group_code", TEXT),
            ("clause", TEXT),
            ("label_vi", TEXT),
            ("label_en", TEXT),
            ("numerator_measure", TEXT),
            ("denominator_measure", TEXT),
            ("denominator_shift_months", COUNT),
            ("numerator_source_code", TEXT),
            ("denominator_source_code", TEXT),
            ("comparator", TEXT),
            ("value_kind", TEXT),
            ("period_rule", TEXT),
            ("tiers", LIST),
            ("levels", LIST),
            ("starts", DAY),
            ("low_numerator", COUNT),
            ("low_denominator", COUNT),
            ("high_numerator", COUNT),
            ("high_denominator", COUNT),
            ("implemented", FLAG),
            ("owner", TEXT),
            ("note_vi", TEXT),
            ("note_en", TEXT),
        ]
    ),
    "targets": pa.schema(
        [
            ("directive_code", TEXT),
            ("indicator_code", TEXT),
            ("definition", TEXT),
            ("unit_code", TEXT),
            ("unit_level", TEXT),
            ("comparator", TEXT),
            ("target_numerator", COUNT),
            ("target_denominator", COUNT),
            ("valid_from", DAY),
            ("valid_to", DAY),
            ("source", TEXT),
            ("decided_at", DAY),
        ]
    ),
    "measures": pa.schema(
        [
            ("measure_code", TEXT),
            ("source_code", TEXT),
            ("label_vi", TEXT),
            ("label_en", TEXT),
            ("counted_thing", TEXT),
            ("accumulation", TEXT),
            ("rollup", TEXT),
            ("event_date", TEXT),
            ("membership_date", TEXT),
            ("members_from", DAY),
            ("max_age_months", COUNT),
            ("part_of", TEXT),
            ("implemented", FLAG),
            ("datasets", LIST),
            ("model", TEXT),
        ]
    ),
    "directive": pa.schema([("directive_code", TEXT), ("year", COUNT), ("starts", DAY), ("ends", DAY)]),
    "clauses": pa.schema(
        [
            ("directive_code", TEXT),
            ("clause", TEXT),
            ("text_vi", TEXT),
            ("text_en", TEXT),
            ("kind", TEXT),
            ("indicator_codes", LIST),
            ("why_vi", TEXT),
            ("why_en", TEXT),
        ]
    ),
    "exemptions": pa.schema([("directive_code", TEXT), ("indicator_code", TEXT), ("unit_code", TEXT), ("why", TEXT)]),
    **SCORING_SCHEMAS,
}

Row = dict[str, object]


def definition_tables(root: Path = INDICATORS) -> dict[str, pa.Table]:
    """The tables of SCHEMAS from `indicators/`; raises CatalogueError when the files do not agree."""
    catalogue = load(root)
    if errors := disagreements(catalogue):
        raise CatalogueError(errors)
    rows: dict[str, list[Row]] = {
        "indicators": _indicator_rows(catalogue),
        "targets": _target_rows(catalogue),
        "measures": _measure_rows(catalogue),
        "directive": [
            {"directive_code": item.code, "year": item.year, "starts": item.starts, "ends": item.ends}
            for item in catalogue.directives.values()
        ],
        "clauses": [row for item in catalogue.directives.values() for row in _clause_rows(item)],
        "exemptions": [row for item in catalogue.directives.values() for row in _exemption_rows(item)],
    }
    tables = {name: pa.Table.from_pylist(found, SCHEMAS[name]) for name, found in rows.items()}
    return tables | scoring_tables(catalogue.scoring)


def _covered(catalogue: Catalogue) -> list[tuple[Directive, Indicator, Definition]]:
    """Every definition of every indicator a directive sets a target for, in a fixed order."""
    return [
        (directive, indicator, definition)
        for directive in sorted(catalogue.directives.values(), key=lambda item: item.code)
        for indicator in sorted(catalogue.indicators.values(), key=lambda item: item.code)
        if any(target.directive == directive.code for target in indicator.targets)
        for definition in indicator.definitions.values()
    ]


def _parts(fraction: Fraction | None) -> tuple[int | None, int | None]:
    return (None, None) if fraction is None else (fraction.numerator, fraction.denominator)


def _indicator_rows(catalogue: Catalogue) -> list[Row]:
    rows = []
    for directive, indicator, stated in _covered(catalogue):
        definition = stated.under(directive.code)
        numerator = catalogue.measures[definition.numerator]
        denominator = catalogue.measures[definition.denominator]
        low, high = _parts(definition.bounds.low), _parts(definition.bounds.high)
        note = definition.note or indicator.notes
        row: Row = {
            "directive_code": directive.code,
            "indicator_code": indicator.code,
            "definition": definition.name,
            "is_headline": definition.name == "headline",
            "group_code": indicator.group,
            "clause": indicator.clause_of(directive.code),
            "label_vi": indicator.label.vi,
            "label_en": indicator.label.en,
            "numerator_measure": numerator.code,
            "denominator_measure": denominator.code,
            "denominator_shift_months": definition.shift_months,
            "numerator_source_code": numerator.source,
            "denominator_source_code": denominator.source,
            "comparator": indicator.targets_of(definition.name, directive.code)[0].comparator,
            "value_kind": indicator.value_kind,
            "period_rule": indicator.period_rule,
            "tiers": list(definition.tiers),
            "levels": list(definition.levels),
            "starts": max(definition.starts, directive.starts),
            "low_numerator": low[0],
            "low_denominator": low[1],
            "high_numerator": high[0],
            "high_denominator": high[1],
            "implemented": numerator.model is not None and denominator.model is not None,
            "owner": indicator.owner,
            "note_vi": note.vi,
            "note_en": note.en,
        }
        rows.append(row)
    return rows


def _target_rows(catalogue: Catalogue) -> list[Row]:
    """One row per target and unit. The directive's own day is unknown: it holds from the start of its year."""
    rows: list[Row] = []
    for directive, indicator, definition in _covered(catalogue):
        for target in indicator.targets_of(definition.name, directive.code):
            valid_from: date = target.valid_from or directive.starts
            rows += [
                {
                    "directive_code": directive.code,
                    "indicator_code": indicator.code,
                    "definition": definition.name,
                    "unit_code": unit,
                    "unit_level": target.level,
                    "comparator": target.comparator,
                    "target_numerator": target.value.numerator,
                    "target_denominator": target.value.denominator,
                    "valid_from": valid_from,
                    "valid_to": target.valid_to,
                    "source": target.source,
                    "decided_at": target.decided_at or valid_from,
                }
                for unit in target.units or (None,)
            ]
    return rows


def _measure_rows(catalogue: Catalogue) -> list[Row]:
    return [
        {
            "measure_code": measure.code,
            "source_code": measure.source,
            "label_vi": measure.label.vi,
            "label_en": measure.label.en,
            "counted_thing": measure.counted_thing,
            "accumulation": measure.accumulation,
            "rollup": measure.rollup,
            "event_date": measure.event_date,
            "membership_date": measure.membership_date,
            "members_from": measure.members_from,
            "max_age_months": measure.max_age_months,
            "part_of": measure.part_of,
            "implemented": measure.model is not None,
            "datasets": list(measure.datasets),
            "model": measure.model,
        }
        for measure in sorted(catalogue.measures.values(), key=lambda item: item.code)
    ]


def _clause_rows(directive: Directive) -> list[Row]:
    return [
        {
            "directive_code": directive.code,
            "clause": clause.clause,
            "text_vi": clause.text.vi,
            "text_en": clause.text.en,
            "kind": clause.kind,
            "indicator_codes": list(clause.indicators),
            "why_vi": clause.why.vi if clause.why else None,
            "why_en": clause.why.en if clause.why else None,
        }
        for clause in directive.clauses
    ]


def _exemption_rows(directive: Directive) -> list[Row]:
    return [
        {"directive_code": directive.code, "indicator_code": code, "unit_code": unit, "why": exemption.why.both}
        for exemption in directive.exemptions
        for code in exemption.indicators
        for unit in exemption.units
    ]
