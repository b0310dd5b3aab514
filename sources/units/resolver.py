"""From a code or a name in a delivery to the unit it means, or to none and the units it could mean.

By code, by a decided alias, or by the whole name inside its parent; never by likeness, which only proposes candidates.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache

from sources.units.aliases import Alias
from sources.units.grammar import Grammar, Hit
from sources.units.model import PROVINCE, Unit, load_units
from sources.units.text import exact_words, plain_words

_TIERS = {
    "tinh": frozenset({"province", "department"}),
    "so": frozenset({"department"}),
    "huyen": frozenset({"district"}),
    "xa": frozenset({"commune"}),
    "phuong": frozenset({"commune"}),
    "thi tran": frozenset({"commune"}),
    **{level: frozenset({level}) for level in ("province", "district", "commune", "department")},
}
_PROPOSED = 5  # candidates offered for a name that nothing matches
_COMPARED = 8  # names sharing most letter pairs, which are compared in full
_AT_LEAST = 3  # offered even when nothing is alike
_ALIKE = 0.6  # below this likeness a candidate seldom helps


@dataclass(frozen=True)
class Resolution:
    """The unit, or None and the candidates, each "code label" (the label of a commune with its district)."""

    unit_code: str | None
    unit_level: str | None
    candidates: tuple[str, ...] = ()


class UnitResolver:
    """Resolves against the units in force on one day. Pure: equal arguments give equal answers."""

    def __init__(self, units: Iterable[Unit], aliases: Sequence[Alias], on_date: date) -> None:
        in_force = [unit for unit in units if unit.in_force(on_date)]
        self._units = {unit.unit_code: unit for unit in in_force}
        self._grammar = Grammar(in_force)
        self._by_number = {int(code): code for code in self._units if code.isdigit()}
        self._by_agency_code = {code.casefold(): code for code in self._units if not code.isdigit()}
        self._aliases: dict[tuple[str, ...], list[Alias]] = defaultdict(list)
        for alias in aliases:
            if alias.unit_code in self._units:
                self._aliases[exact_words(alias.text)].append(alias)
        self._read: dict[str, frozenset[Hit]] = {}
        self._proposals: dict[str, tuple[str, ...]] = {}
        self._spelled = {unit.unit_code: " ".join(plain_words(unit.label_vi)) for unit in in_force}
        self._pairs: dict[str, list[str]] = defaultdict(list)
        for code, spelled in self._spelled.items():
            for pair in {spelled[place : place + 2] for place in range(len(spelled) - 1)}:
                self._pairs[pair].append(code)

    def resolve(
        self,
        code: str | None,
        name: str | None,
        part: str | None,
        tier: str | None,
        *,
        source_code: str = "",
        column_level: str | None = None,
    ) -> Resolution:
        """One spelling's unit.

        `part` is the sender's unit code ("-" or empty: the whole province); a district's file means its own communes
        unless a name says its district. `tier` (tinh, huyen, xa) is the level the row states, `column_level` the level
        of the column, for names that do not say theirs. A code and a name that contradict each other give nothing.
        """
        code_text, name_text = (code or "").strip(), (name or "").strip()
        levels = _TIERS.get(" ".join(plain_words(tier or "")).removeprefix("cap ").strip())
        alias = self._alias(name_text or code_text, (part or "").strip(), source_code)
        if alias is not None:
            return self._found(alias.unit_code)
        by_code = self._of_code(code_text)
        if not name_text:
            return self._answer([by_code] if by_code else [], levels, code_text)
        hits = self._hits(name_text)
        possible = self._narrowed(hits, (part or "").strip(), levels, column_level)
        if by_code is None:
            # Digits that are no code of ours name another province's unit, whatever it is called.
            allowed = [] if code_text.isdigit() else possible
            return self._answer(allowed, levels, name_text, [hit.unit_code for hit in hits], (part or "").strip())
        if hits and by_code not in {hit.unit_code for hit in hits}:
            return Resolution(None, None, self._labels([by_code, *(hit.unit_code for hit in hits)]))
        return self._answer([by_code], levels, name_text)

    def _answer(
        self,
        possible: Sequence[str],
        levels: frozenset[str] | None,
        text: str,
        others: Sequence[str] = (),
        part: str = "",
    ) -> Resolution:
        fitting = [code for code in possible if levels is None or self._units[code].unit_level in levels]
        if len(fitting) == 1:
            return self._found(fitting[0])
        named = list(fitting or possible)
        if not named and others:
            # Another district's name in a district's file: most likely a lost accent, so its own are proposed too.
            own = [code for code in self._alike(text) if part == code or part in self._grammar.ancestors(code)]
            named = [*others, *own]
        return Resolution(None, None, self._labels(named) if named else self._labels(self._alike(text), in_order=True))

    def _narrowed(
        self, hits: frozenset[Hit], part: str, levels: frozenset[str] | None, column_level: str | None
    ) -> list[str]:
        """Hits that the row's tier, the column and the sender leave, in that order."""
        kept = [hit for hit in hits if levels is None or self._units[hit.unit_code].unit_level in levels]
        if column_level:
            kept = [hit for hit in kept if hit.says_level or self._units[hit.unit_code].unit_level == column_level]
        sender = self._units.get(part)
        if sender is not None and sender.unit_level in ("district", "commune"):
            own = {hit for hit in kept if part == hit.unit_code or part in self._grammar.ancestors(hit.unit_code)}
            said = {hit for hit in kept if hit.names_parent}
            higher = {hit for hit in kept if self._units[hit.unit_code].unit_level != "commune"}
            kept = list(own or said or (higher if len(higher) == len(kept) else ()))
        return [hit.unit_code for hit in kept]

    def _hits(self, text: str) -> frozenset[Hit]:
        if text not in self._read:
            # A column of names may hold codes; the province's "20" is too short to be surely one.
            own = self._by_agency_code.get(text.casefold()) or (text if text in self._units and len(text) > 2 else None)
            self._read[text] = frozenset({Hit(own, True, True)}) if own else self._grammar.read(text)
        return self._read[text]

    def _of_code(self, text: str) -> str | None:
        if not text:
            return None
        digits = text.lstrip("'").removesuffix(".0")
        if digits.isascii() and digits.isdigit():
            return self._by_number.get(int(digits)) if len(digits) <= 5 else None
        return self._by_agency_code.get(text.casefold())

    def _alias(self, text: str, part: str, source_code: str) -> Alias | None:
        """The narrowest alias decided for this spelling; of equals the newest decision."""
        fitting = [
            alias
            for alias in self._aliases.get(exact_words(text), [])
            if alias.part in ("", part) and alias.source_code in ("", source_code)
        ]
        return max(
            fitting,
            key=lambda alias: (alias.part != "", alias.source_code != "", alias.decided_at, alias.unit_code),
            default=None,
        )

    def _found(self, code: str) -> Resolution:
        return Resolution(code, self._units[code].unit_level)

    def _labels(self, codes: Iterable[str], in_order: bool = False) -> tuple[str, ...]:
        shown = codes if in_order else sorted(set(codes))
        return tuple(f"{code} {self._label(code)}" for code in shown)

    def _label(self, code: str) -> str:
        unit = self._units[code]
        above = self._units.get(unit.parent_unit_code or "")
        in_district = above is not None and above.unit_code != PROVINCE and unit.unit_level == "commune"
        return f"{unit.label_vi}, {above.label_vi}" if above is not None and in_district else unit.label_vi

    def _alike(self, text: str) -> tuple[str, ...]:
        """The units whose names look most like a text, most alike first; proposals for people, never answers."""
        spelled = " ".join(plain_words(text))
        if spelled not in self._proposals:
            shared: Counter[str] = Counter()
            for pair in {spelled[place : place + 2] for place in range(len(spelled) - 1)}:
                shared.update(self._pairs.get(pair, ()))
            nearest = sorted(shared, key=lambda code: (-shared[code] / (len(self._spelled[code]) + len(spelled)), code))
            matcher = SequenceMatcher(autojunk=False)
            matcher.set_seq2(spelled)  # analysed once, compared with each
            scored: list[tuple[float, str]] = []
            for code in nearest[:_COMPARED]:
                matcher.set_seq1(self._spelled[code])
                scored.append((matcher.ratio(), code))
            scored.sort(key=lambda pair: (-pair[0], pair[1]))
            alike = [code for likeness, code in scored[:_PROPOSED] if likeness >= _ALIKE]
            self._proposals[spelled] = tuple(alike or [code for _, code in scored[:_AT_LEAST]])
        return self._proposals[spelled]


@cache
def resolver_of_2022() -> UnitResolver:
    """Units of the directive's year, without aliases: for what the door must know of a sender."""
    return UnitResolver(load_units(), (), date(2022, 12, 31))
