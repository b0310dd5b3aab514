"""Holds the files of `indicators/` against each other and against the contracts: each error is one readable line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction as Exact
from pathlib import Path

from sources.catalogue.documents import INDICATORS, CatalogueError
from sources.catalogue.model import Catalogue, Definition, Directive, Fraction, Indicator, Measure, load
from sources.catalogue.scoring import scoring_errors
from sources.contract import SourceContract
from sources.registry import contracts

ACCUMULATIONS = {
    "cumulative": {"flow", "distinct_to_date"},
    "received_since_start": {"flow", "distinct_to_date"},
    "state": {"stock"},
    "year_on_year": {"flow", "distinct_to_date"},
}
"""How a headline's numerator may add up, by the indicator's period rule."""


def check(root: Path = INDICATORS, sources: Mapping[str, SourceContract] | None = None) -> list[str]:
    """Every error of `indicators/`, sorted; empty when all is well. `sources` defaults to the real contracts."""
    try:
        catalogue = load(root)
    except CatalogueError as error:
        return error.errors
    return disagreements(catalogue, sources)


def disagreements(catalogue: Catalogue, sources: Mapping[str, SourceContract] | None = None) -> list[str]:
    """Every error between files that are well formed each by itself, sorted."""
    return sorted(set(_errors(catalogue, contracts() if sources is None else sources)))


def _errors(catalogue: Catalogue, sources: Mapping[str, SourceContract]) -> Iterator[str]:
    for measure in catalogue.measures.values():
        yield from _measure_errors(measure, catalogue.measures, sources)
    yield from _unused_measures(catalogue)
    for indicator in catalogue.indicators.values():
        for definition in indicator.definitions.values():
            yield from _definition_errors(indicator, definition, catalogue.measures)
            for code, changed in definition.changed.items():
                if code not in catalogue.directives:
                    where = f"{indicator.code}.yml: definitions.{definition.name}.directives"
                    yield f"{where}: không có chỉ thị | no such directive: {code}"
                yield from _definition_errors(indicator, changed, catalogue.measures)
        yield from _headline_errors(indicator, catalogue.measures)
        yield from _target_errors(indicator, catalogue.directives)
    for directive in catalogue.directives.values():
        yield from _directive_errors(directive, catalogue.indicators)
    yield from scoring_errors(catalogue.scoring, catalogue.directives, catalogue.indicators)


def _whole(code: str, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """The sets a measure is a filter on, nearest first; stops at a circle."""
    chain: list[str] = []
    while code in measures and (parent := measures[code].part_of) and parent not in chain:
        chain.append(parent)
        code = parent
    return tuple(chain)


def _measure_errors(
    measure: Measure, measures: Mapping[str, Measure], sources: Mapping[str, SourceContract]
) -> Iterator[str]:
    where = f"measures.yml: {measure.code}"
    if measure.part_of and measure.part_of not in measures:
        yield f"{where}.part_of: không có số đo | no such measure: {measure.part_of}"
    if measure.code in _whole(measure.code, measures):
        yield f"{where}.part_of: là phần của chính nó | is part of itself"
    if not measure.model:
        return
    if measure.source not in sources:
        yield f"{where}.source: không có hợp đồng dữ liệu | there is no such source contract: {measure.source}"
    if measure.model != f"int_{measure.source}__measures":
        yield f"{where}.model: phải là | must be int_{measure.source}__measures"
    ages = set()
    for name in measure.datasets:
        source_code, dataset = name.split(".")
        if source_code not in sources or dataset not in sources[source_code].datasets:
            yield f"{where}.datasets: không có trong hợp đồng dữ liệu | not in any source contract: {name}"
        else:
            ages.add(sources[source_code].datasets[dataset].max_age_months)
    youngest = min((age for age in ages if age is not None), default=None)
    if measure.max_age_months != (youngest if measure.accumulation == "stock" else None):
        yield (
            f"{where}.max_age_months: {measure.max_age_months} khác hợp đồng dữ liệu ({youngest})"
            f" | differs from the contracts ({youngest})"
        )


def _unused_measures(catalogue: Catalogue) -> Iterator[str]:
    used = {
        code
        for indicator in catalogue.indicators.values()
        for stated in indicator.definitions.values()
        for definition in (stated, *stated.changed.values())
        for code in (definition.numerator, definition.denominator)
    }
    for measure in catalogue.measures.values():
        if (measure.code not in used) != (measure.shown_alone is not None):
            yield (
                f"measures.yml: {measure.code}: số đo không dùng phải nêu shown_alone, số đo đang dùng thì không"
                " | a measure that no definition uses says why in shown_alone, one in use does not"
            )


def _exact(fraction: Fraction) -> Exact:
    return Exact(fraction.numerator, fraction.denominator)


def _definition_errors(indicator: Indicator, definition: Definition, measures: Mapping[str, Measure]) -> Iterator[str]:
    where = f"{indicator.code}.yml: definitions.{definition.name}"
    unknown = {definition.numerator, definition.denominator} - measures.keys()
    for code in sorted(unknown):
        yield f"{where}: không có số đo | no such measure: {code}"
    if unknown:
        return
    low, high = definition.bounds.low, definition.bounds.high
    if low and high and _exact(low) >= _exact(high):
        yield f"{where}.bounds: cận dưới phải nhỏ hơn cận trên | low must be below high"
    if (indicator.value_kind == "multiple") != (definition.shift_months is not None):
        yield f"{where}: số lần (multiple) khi và chỉ khi so cùng kỳ | a multiple if and only if year on year"
    if definition.shift_months is not None and definition.numerator != definition.denominator:
        yield f"{where}: so cùng kỳ phải dùng một số đo | year on year compares a measure with itself"
    if indicator.value_kind == "ratio":
        is_filter = definition.denominator in _whole(definition.numerator, measures)
        if is_filter and high != Fraction(1, 1):
            yield f"{where}.bounds.high: tử số lọc từ mẫu số nên là 1/1 | the numerator is a filter, so it is 1/1"
        if not is_filter and (high is None or _exact(high) <= 1 or definition.bounds.why is None):
            yield (
                f"{where}.bounds: tử số không lọc từ mẫu số nên cận trên phải lớn hơn 1 và có lý do"
                " | the numerator is no filter of the denominator, so high must exceed 1 and say why"
            )
    if definition.name != "headline" and definition.note is None:
        yield f"{where}.note: cách tính khác phải có giải thích | a variant says what differs"


def _headline_errors(indicator: Indicator, measures: Mapping[str, Measure]) -> Iterator[str]:
    headline = indicator.definitions["headline"]
    if headline.same_as:
        yield f"{indicator.code}.yml: definitions.headline: phải có tử số và mẫu số | needs its own measures"
    measure = measures.get(headline.numerator)
    if measure and measure.accumulation not in ACCUMULATIONS[indicator.period_rule]:
        yield (
            f"{indicator.code}.yml: period_rule: không hợp với {measure.code} ({measure.accumulation})"
            f" | does not fit {measure.code} ({measure.accumulation})"
        )
    if measure and indicator.period_rule == "received_since_start" and measure.members_from != headline.starts:
        yield (
            f"{indicator.code}.yml: starts: {headline.starts} khác members_from của {measure.code}"
            f" | differs from members_from of {measure.code}: {measure.members_from}"
        )


def _known_units(directive: Directive) -> dict[str, str]:
    """Level by unit code, of every unit the directive measures by name."""
    return {unit: bloc.level for bloc in directive.blocs for unit in bloc.units}


def _target_errors(indicator: Indicator, directives: Mapping[str, Directive]) -> Iterator[str]:
    scopes: Counter[tuple[str, str, str | None, date | None]] = Counter()
    for number, target in enumerate(indicator.targets):
        where = f"{indicator.code}.yml: targets[{number}]"
        if target.directive not in directives:
            yield f"{where}.directive: không có chỉ thị | no such directive: {target.directive}"
            continue
        directive = directives[target.directive]
        if target.definition not in indicator.definitions:
            yield f"{where}.definition: không có cách tính | no such definition: {target.definition}"
            continue
        levels = indicator.definitions[target.definition].levels
        if target.level and target.level not in levels:
            yield f"{where}.level: {target.level} không được tính | is not among the levels {', '.join(levels)}"
        for unit in target.units:
            if _known_units(directive).get(unit) not in levels:
                yield f"{where}.units: {unit} không phải đơn vị được đo | is not a unit measured at {', '.join(levels)}"
        if target.valid_to and target.valid_to < (target.valid_from or directive.starts):
            yield f"{where}.valid_to: trước valid_from | before valid_from"
        scoped: tuple[str | None, ...] = target.units or (target.level,)
        for scope in scoped:
            scopes[(target.directive, target.definition, scope, target.valid_from)] += 1
    for (_, definition, scope, _), times in scopes.items():
        if times > 1:
            yield f"{indicator.code}.yml: targets: hai chỉ tiêu cho một phạm vi | two targets for {definition}, {scope}"
    for directive_code in sorted({target.directive for target in indicator.targets} & directives.keys()):
        everyone = [
            target
            for target in indicator.targets_of("headline", directive_code)
            if target.definition == "headline" and not target.units and target.level is None
        ]
        if not everyone:
            yield f"{indicator.code}.yml: targets: headline thiếu chỉ tiêu chung | the headline has no target for all"


def _repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, times in Counter(values).items() if times > 1)


def _directive_errors(directive: Directive, indicators: Mapping[str, Indicator]) -> Iterator[str]:
    where = f"directive.yml: {directive.code}"
    if not directive.starts.year == directive.ends.year == directive.year:
        yield f"{where}: starts, ends không thuộc năm {directive.year} | are not in {directive.year}"
    if directive.launched is None and (directive.starts.month, directive.starts.day) != (1, 1):
        yield f"{where}.starts: không rõ ngày phát động thì tính từ 01/01 | an unknown launch counts from 1 January"
    for repeated in _repeated(clause.clause for clause in directive.clauses):
        yield f"{where}.clauses: {repeated} nêu hai lần | given twice"
    counted = {clause.clause for clause in directive.clauses if clause.kind == "indicator"}
    for code, item in sorted(indicators.items()):
        if any(target.directive == directive.code for target in item.targets):
            clause_code = item.clause_of(directive.code)
            if clause_code not in counted:
                yield (
                    f"{code}.yml: clause: {clause_code} không có trong directive.yml hoặc không phải chỉ tiêu"
                    f" | is no clause of {directive.code} that is counted"
                )
    for clause in directive.clauses:
        if clause.kind == "indicator" and not clause.indicators:
            yield f"{where}.clauses: {clause.clause}: không có chỉ tiêu nào đếm | no indicator counts it"
    for bloc in directive.blocs:
        if bloc.units and len(bloc.units) != bloc.count:
            yield f"{where}.blocs: {bloc.code}: {len(bloc.units)} đơn vị | units, count {bloc.count}"
    for exemption in directive.exemptions:
        for code in sorted(set(exemption.indicators) - indicators.keys()):
            yield f"{where}.exemptions: không có chỉ tiêu | no such indicator: {code}"
        for unit in sorted(set(exemption.units) & _known_units(directive).keys()):
            yield f"{where}.exemptions: {unit} vừa được đo vừa được miễn | is both measured and exempt"
