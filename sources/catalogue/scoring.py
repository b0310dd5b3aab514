"""`scoring.yml`: how units are ranked and a year's way is judged, per directive, as objects and as typed tables.

A rule file of the same shape may stand anywhere: `langson rank --rules FILE` reads one through `load_scoring`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction as Exact
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.catalogue.documents import CatalogueError, read_yaml, shape_errors

if TYPE_CHECKING:
    from sources.catalogue.model import Directive, Indicator

TEXT, COUNT, FLAG = pa.string(), pa.int64(), pa.bool_()
SCORING_SCHEMAS: dict[str, pa.Schema] = {
    "scoring": pa.schema(
        [
            ("directive_code", TEXT),
            ("cap_points", COUNT),
            ("minimum_denominator", COUNT),
            ("coverage_numerator", COUNT),
            ("coverage_denominator", COUNT),
            ("ties_by_indicators_met", FLAG),
            ("trend_months", COUNT),
            ("falling_back_numerator", COUNT),
            ("falling_back_denominator", COUNT),
            ("limited_numerator", COUNT),
            ("limited_denominator", COUNT),
            ("note_vi", TEXT),
            ("note_en", TEXT),
        ]
    ),
    "scoring_weights": pa.schema(
        [("directive_code", TEXT), ("bloc_code", TEXT), ("indicator_code", TEXT), ("weight", COUNT)]
    ),
    "pace_plan": pa.schema(
        [
            ("directive_code", TEXT),
            ("month_of_year", COUNT),
            ("share_numerator", COUNT),
            ("share_denominator", COUNT),
        ]
    ),
    "pace_bands": pa.schema([("directive_code", TEXT), ("band", TEXT), ("label_vi", TEXT), ("label_en", TEXT)]),
}


@dataclass(frozen=True)
class Scoring:
    """One directive's rules. Shares are exact fractions as written."""

    directive: str
    notes: tuple[str, str]
    cap_points: int
    minimum_denominator: int
    minimum_coverage: tuple[int, int]
    ties: str
    weights: Mapping[str, Mapping[str, int]]
    plan: tuple[tuple[int, int], ...]
    trend_months: int
    falling_back_by: tuple[int, int]
    limited_below: tuple[int, int]
    bands: Mapping[str, tuple[str, str]]


def _share(text: str) -> tuple[int, int]:
    numerator, denominator = text.split("/")
    return int(numerator), int(denominator)


def _scoring(directive: str, document: Mapping[str, Any]) -> Scoring:
    pace = document["pace"]
    return Scoring(
        directive=directive,
        notes=(document["notes"]["vi"].strip(), document["notes"]["en"].strip()),
        cap_points=document["cap_points"],
        minimum_denominator=document["minimum_denominator"],
        minimum_coverage=_share(document["minimum_coverage"]),
        ties=document["ties"],
        weights=document["weights"],
        plan=tuple(_share(share) for share in pace["plan"]),
        trend_months=pace["trend_months"],
        falling_back_by=_share(pace["falling_back_by"]),
        limited_below=_share(pace["limited_below"]),
        bands={band: (label["vi"], label["en"]) for band, label in pace["bands"].items()},
    )


def load_scoring(path: Path) -> Mapping[str, Scoring]:
    """The rules of one file by directive; raises CatalogueError naming what breaks the schema."""
    if not path.is_file():
        raise CatalogueError([f"{path.name}: không có tệp | the file is missing"])
    document = read_yaml(path)
    if errors := shape_errors("scoring", document, path.name):
        raise CatalogueError(errors)
    return {directive: _scoring(directive, entry) for directive, entry in document.items()}


def scoring_errors(
    scoring: Mapping[str, Scoring],
    directives: Mapping[str, "Directive"],
    indicators: Mapping[str, "Indicator"],
    file_name: str = "scoring.yml",
) -> Iterator[str]:
    """What the rules say that the directives and indicators do not know, one readable line each."""
    for code in sorted(directives.keys() - scoring.keys()):
        yield f"{file_name}: thiếu chỉ thị | no rules for directive: {code}"
    for code, rules in scoring.items():
        where = f"{file_name}: {code}"
        if code not in directives:
            yield f"{where}: không có chỉ thị | no such directive"
            continue
        levels = {bloc.code: bloc.level for bloc in directives[code].blocs}
        for bloc, weights in rules.weights.items():
            if bloc not in levels:
                yield f"{where}.weights: không có khối | no such bloc: {bloc}"
                continue
            for indicator in weights:
                item = indicators.get(indicator)
                if item is None or not any(target.directive == code for target in item.targets):
                    yield f"{where}.weights.{bloc}: không có chỉ tiêu | no such indicator: {indicator}"
                elif levels[bloc] not in item.definitions["headline"].levels:
                    yield (
                        f"{where}.weights.{bloc}: {indicator} không tính ở cấp {levels[bloc]}"
                        f" | is not given at level {levels[bloc]}"
                    )
        shares = [Exact(*share) for share in rules.plan]
        if shares != sorted(shares) or shares[-1] != 1:
            yield f"{where}.pace.plan: phải tăng dần tới 1 | must not fall, and end at 1"
        named = {
            "minimum_coverage": rules.minimum_coverage,
            "pace.falling_back_by": rules.falling_back_by,
            "pace.limited_below": rules.limited_below,
        }
        for name, share in named.items():
            if Exact(*share) > 1:
                yield f"{where}.{name}: lớn hơn 1 | is above 1"


def scoring_tables(scoring: Mapping[str, Scoring]) -> dict[str, pa.Table]:
    """The tables of SCORING_SCHEMAS, each in a fixed order."""
    ordered = [scoring[code] for code in sorted(scoring)]
    rows: dict[str, list[dict[str, object]]] = {
        "scoring": [
            {
                "directive_code": rules.directive,
                "cap_points": rules.cap_points,
                "minimum_denominator": rules.minimum_denominator,
                "coverage_numerator": rules.minimum_coverage[0],
                "coverage_denominator": rules.minimum_coverage[1],
                "ties_by_indicators_met": rules.ties == "indicators_met",
                "trend_months": rules.trend_months,
                "falling_back_numerator": rules.falling_back_by[0],
                "falling_back_denominator": rules.falling_back_by[1],
                "limited_numerator": rules.limited_below[0],
                "limited_denominator": rules.limited_below[1],
                "note_vi": rules.notes[0],
                "note_en": rules.notes[1],
            }
            for rules in ordered
        ],
        "scoring_weights": [
            {"directive_code": rules.directive, "bloc_code": bloc, "indicator_code": indicator, "weight": weight}
            for rules in ordered
            for bloc, weights in sorted(rules.weights.items())
            for indicator, weight in sorted(weights.items())
        ],
        "pace_plan": [
            {
                "directive_code": rules.directive,
                "month_of_year": month,
                "share_numerator": share[0],
                "share_denominator": share[1],
            }
            for rules in ordered
            for month, share in enumerate(rules.plan, 1)
        ],
        "pace_bands": [
            {"directive_code": rules.directive, "band": band, "label_vi": label[0], "label_en": label[1]}
            for rules in ordered
            for band, label in sorted(rules.bands.items())
        ],
    }
    return {name: pa.Table.from_pylist(rows[name], schema) for name, schema in SCORING_SCHEMAS.items()}
