"""What the files of `indicators/` say, as typed, immutable objects. `load` checks the shape before it builds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sources.catalogue.documents import INDICATORS, CatalogueError, indicator_files, read_yaml, shape_errors
from sources.catalogue.scoring import Scoring, load_scoring

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """What a person reads: Vietnamese first."""

    vi: str
    en: str

    @property
    def both(self) -> str:
        """One line with both languages."""
        return f"{self.vi} | {self.en}"


@dataclass(frozen=True)
class Fraction:
    """An exact fraction, kept as written: 50/100 stays 50/100, so that a page can show the directive's own figure."""

    numerator: int
    denominator: int


@dataclass(frozen=True)
class Bounds:
    """Outside these a value is held; None = no bound on that side."""

    low: Fraction | None
    high: Fraction | None
    why: Text | None


@dataclass(frozen=True)
class Measure:
    """One count. `model` is None while nothing computes it."""

    code: str
    label: Text
    counted_thing: str
    source: str
    accumulation: str
    rollup: str
    event_date: str | None
    membership_date: str | None
    members_from: date | None
    max_age_months: int | None
    part_of: str | None
    model: str | None
    datasets: tuple[str, ...]
    shown_alone: Text | None


@dataclass(frozen=True)
class Definition:
    """One way to compute an indicator, everything inherited filled in. `same_as` names where its measures come from."""

    name: str
    same_as: str | None
    numerator: str
    denominator: str
    shift_months: int | None
    tiers: tuple[str, ...]
    levels: tuple[str, ...]
    starts: date
    bounds: Bounds
    note: Text | None
    changed: Mapping[str, "Definition"]
    """By directive: what it is there, where a later directive counts it otherwise."""

    def under(self, directive: str) -> "Definition":
        """The definition as one directive has it."""
        return self.changed.get(directive, self)


@dataclass(frozen=True)
class Target:
    """What must be reached, by whom, and from when. None dates = as the directive."""

    directive: str
    clause: str | None
    definition: str
    comparator: str
    value: Fraction
    units: tuple[str, ...]
    level: str | None
    valid_from: date | None
    valid_to: date | None
    decided_at: date | None
    source: str


@dataclass(frozen=True)
class Indicator:
    """One target of the directive with its headline and its other definitions."""

    code: str
    group: str
    clause: str
    label: Text
    question: Text
    owner: str
    value_kind: str
    period_rule: str
    definitions: Mapping[str, Definition]
    targets: tuple[Target, ...]
    notes: Text

    def clause_of(self, directive: str) -> str:
        """The clause of one directive that sets its targets: where it numbers it otherwise, its targets say so."""
        named = (target.clause for target in self.targets if target.directive == directive and target.clause)
        return next(named, self.clause)

    def targets_of(self, definition: str, directive: str) -> tuple[Target, ...]:
        """A definition's own targets; one without any is judged by the headline's."""
        ours = [target for target in self.targets if target.directive == directive]
        own = tuple(target for target in ours if target.definition == definition)
        return own or tuple(target for target in ours if target.definition == "headline")


@dataclass(frozen=True)
class Clause:
    """One clause: counted by the indicators that name it, shown as context, or not countable and why."""

    clause: str
    kind: str
    text: Text
    indicators: tuple[str, ...]
    why: Text | None


@dataclass(frozen=True)
class Bloc:
    """Units that compete with each other. `units` is empty where all units of the level are measured."""

    code: str
    label: Text
    level: str
    count: int
    units: tuple[str, ...]


@dataclass(frozen=True)
class Exemption:
    """Units of a declared level that an indicator does not measure."""

    indicators: tuple[str, ...]
    units: tuple[str, ...]
    why: Text


@dataclass(frozen=True)
class Directive:
    """One year's directive. `launched` is None where the text does not tell it: then it counts from `starts`."""

    code: str
    label: Text
    year: int
    launched: date | None
    starts: date
    ends: date
    notes: Text
    blocs: tuple[Bloc, ...]
    clauses: tuple[Clause, ...]
    exemptions: tuple[Exemption, ...]


@dataclass(frozen=True)
class Catalogue:
    """All of `indicators/`."""

    indicators: Mapping[str, Indicator]
    measures: Mapping[str, Measure]
    directives: Mapping[str, Directive]
    scoring: Mapping[str, Scoring]


def _text(document: Document | None) -> Text | None:
    return None if document is None else Text(document["vi"].strip(), document["en"].strip())


def _needed_text(document: Document) -> Text:
    return Text(document["vi"].strip(), document["en"].strip())


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _fraction(text: str) -> Fraction:
    numerator, denominator = text.split("/")
    return Fraction(int(numerator), int(denominator))


def _bounds(document: Document) -> Bounds:
    low, high = document["low"], document["high"]
    return Bounds(
        None if low is None else _fraction(low), None if high is None else _fraction(high), _text(document.get("why"))
    )


def _measure(code: str, document: Document) -> Measure:
    return Measure(
        code=code,
        label=_needed_text(document["label"]),
        counted_thing=document["unit"],
        source=document["source"],
        accumulation=document["accumulation"],
        rollup=document["rollup"],
        event_date=document.get("event_date"),
        membership_date=document.get("membership_date"),
        members_from=_date(document.get("members_from")),
        max_age_months=document.get("max_age_months"),
        part_of=document.get("part_of"),
        model=document.get("model"),
        datasets=tuple(document.get("datasets", ())),
        shown_alone=_text(document.get("shown_alone")),
    )


def _definition(name: str, indicator: Document) -> Definition:
    """Fill in what a definition leaves to the definition it is the same as, then to its indicator."""
    own: Document = indicator["definitions"][name]
    same_as = own.get("same_as")
    base: Document = indicator["definitions"][same_as] if same_as else {}
    merged = {**indicator, **base, **own}
    changes: Document = merged.get("directives", {})
    changed = {code: _built(name, same_as, {**merged, **change}, {}) for code, change in changes.items()}
    return _built(name, same_as, {**merged, "note": own.get("note")}, changed)


def _built(name: str, same_as: str | None, merged: Document, changed: Mapping[str, Definition]) -> Definition:
    denominator = merged["denominator"]
    shifted = isinstance(denominator, Mapping)
    return Definition(
        name=name,
        same_as=same_as,
        numerator=merged["numerator"],
        denominator=denominator["measure"] if shifted else denominator,
        shift_months=denominator["shift_months"] if shifted else None,
        tiers=tuple(merged["tiers"]),
        levels=tuple(merged["levels"]),
        starts=date.fromisoformat(merged["starts"]),
        bounds=_bounds(merged["bounds"]),
        note=_text(merged.get("note")),
        changed=changed,
    )


def _target(document: Document) -> Target:
    return Target(
        directive=document["directive"],
        clause=document.get("clause"),
        definition=document["definition"],
        comparator=document["comparator"],
        value=_fraction(document["value"]),
        units=tuple(document.get("units", ())),
        level=document.get("level"),
        valid_from=_date(document.get("valid_from")),
        valid_to=_date(document.get("valid_to")),
        decided_at=_date(document.get("decided_at")),
        source=document["source"],
    )


def _indicator(document: Document) -> Indicator:
    return Indicator(
        code=document["code"],
        group=document["group"],
        clause=document["clause"],
        label=_needed_text(document["label"]),
        question=_needed_text(document["question"]),
        owner=document["owner"],
        value_kind=document["value_kind"],
        period_rule=document["period_rule"],
        definitions={name: _definition(name, document) for name in document["definitions"]},
        targets=tuple(_target(target) for target in document["targets"]),
        notes=_needed_text(document["notes"]),
    )


def _directive(code: str, document: Document, indicators: Mapping[str, Indicator]) -> Directive:
    counting: dict[str, list[str]] = {}
    for indicator in indicators.values():
        if any(target.directive == code for target in indicator.targets):
            counting.setdefault(indicator.clause_of(code), []).append(indicator.code)
    return Directive(
        code=code,
        label=_needed_text(document["label"]),
        year=document["year"],
        launched=_date(document["launched"]),
        starts=date.fromisoformat(document["starts"]),
        ends=date.fromisoformat(document["ends"]),
        notes=_needed_text(document["notes"]),
        blocs=tuple(
            Bloc(bloc["code"], _needed_text(bloc["label"]), bloc["level"], bloc["count"], tuple(bloc.get("units", ())))
            for bloc in document["blocs"]
        ),
        clauses=tuple(
            Clause(
                clause["clause"],
                clause["kind"],
                _needed_text(clause["text"]),
                tuple(sorted(counting.get(clause["clause"], ()))) if clause["kind"] == "indicator" else (),
                _text(clause.get("why")),
            )
            for clause in document["clauses"]
        ),
        exemptions=tuple(
            Exemption(tuple(entry["indicators"]), tuple(entry["units"]), _needed_text(entry["why"]))
            for entry in document["exemptions"]
        ),
    )


def _reference_errors(path: Path, document: Document) -> list[str]:
    """What must hold before a definition is filled in: `same_as` names a definition with measures of its own."""
    errors = []
    for name, definition in document["definitions"].items():
        base = definition.get("same_as")
        if base is not None and "numerator" not in document["definitions"].get(base, {}):
            errors.append(
                f"{path.name}: definitions.{name}.same_as: {base} không có tử số và mẫu số riêng"
                f" | {base} has no numerator and denominator of its own"
            )
    if document["code"] != path.stem:
        errors.append(f"{path.name}: code: {document['code']} khác tên tệp | differs from the file's name")
    return errors


def _date_errors(file_name: str, document: Any, place: str = "") -> list[str]:
    """Dates the pattern lets through but the calendar does not, such as 2022-02-30."""
    if isinstance(document, Mapping):
        return [
            e for key, value in document.items() for e in _date_errors(file_name, value, f"{place}.{key}".lstrip("."))
        ]
    if isinstance(document, list):
        return [error for n, value in enumerate(document) for error in _date_errors(file_name, value, f"{place}[{n}]")]
    field = place.rsplit(".", 1)[-1]
    if isinstance(document, str) and field in DATE_FIELDS:
        try:
            date.fromisoformat(document)
        except ValueError:
            return [f"{file_name}: {place}: {document} không phải là ngày | is not a day of the calendar"]
    return []


DATE_FIELDS = frozenset({"starts", "ends", "launched", "valid_from", "valid_to", "decided_at", "members_from"})


def load(root: Path = INDICATORS) -> Catalogue:
    """Read everything under `root`; raises CatalogueError naming every file that breaks its schema."""
    errors: list[str] = []
    documents: dict[str, Any] = {}
    for path in [root / "measures.yml", root / "directive.yml", *indicator_files(root)]:
        schema = path.stem if path.stem in ("measures", "directive") else "indicator"
        try:
            document = read_yaml(path)
        except FileNotFoundError:
            errors.append(f"{path.name}: không có tệp | the file is missing")
            continue
        except CatalogueError as error:
            errors += error.errors
            continue
        faults = shape_errors(schema, document, path.name) or _date_errors(path.name, document)
        if schema == "indicator" and not faults:
            faults = _reference_errors(path, document)
        errors += faults
        documents[path.stem] = document
    scoring: Mapping[str, Scoring] = {}
    try:
        scoring = load_scoring(root / "scoring.yml")
    except CatalogueError as error:
        errors += error.errors
    if errors:
        raise CatalogueError(errors)
    measures, directives = documents.pop("measures"), documents.pop("directive")
    indicators = {code: _indicator(document) for code, document in documents.items()}
    return Catalogue(
        indicators=indicators,
        measures={code: _measure(code, document) for code, document in measures.items()},
        directives={code: _directive(code, document, indicators) for code, document in directives.items()},
        scoring=scoring,
    )
