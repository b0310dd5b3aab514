"""How a unit is written: an office, a level, a name, then the unit above. A text is read whole or not at all.

A reading is every way to read the text as names that exist, each inside the one after (or before) it. What cannot be
read to its last word gives nothing: no part of a text is skipped, so no unit is guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sources.units.model import PROVINCE, Unit
from sources.units.text import SEPARATOR, Syllable, is_plain, syllables, without_number

_LONGEST = 40  # words: longer texts are sentences, not names
_LEVELS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("tinh",), "tinh"),
    (("huyen",), "huyen"),
    (("h",), "huyen"),
    (("thanh", "pho"), "thanh_pho"),
    (("tp",), "thanh_pho"),
    (("t", "p"), "thanh_pho"),
    (("xa",), "xa"),
    (("x",), "xa"),
    (("phuong",), "phuong"),
    (("p",), "phuong"),
    (("thi", "tran"), "thi_tran"),
    (("tt",), "thi_tran"),
    (("t", "t"), "thi_tran"),
)
# A level word that does carry accents must carry the right ones: "Xá" and "Xạ" are not "Xã".
_ACCENTED_LEVELS = {
    "tinh": {"tinh", "tinh\u0309"},
    "huyen": {"huyen", "huyên\u0323"},
    "thanh": {"thanh", "thanh\u0300"},
    "pho": {"pho", "phô\u0301"},
    "xa": {"xa", "xa\u0303"},
    "phuong": {"phuong", "phương\u0300"},
    "thi": {"thi", "thi\u0323"},
    "tran": {"tran", "trân\u0301"},
}
_DISTRICT = frozenset({"huyen", "thanh_pho"})
_BELOW_PROVINCE = frozenset({"huyen", "thanh_pho", "xa", "phuong", "thi_tran"})
_COMMITTEE: tuple[tuple[str, ...], ...] = (
    ("hdnd", "va", "ubnd"),
    ("hdnd", "ubnd"),
    ("ubnd",),
    ("uy", "ban", "nhan", "dan"),
    ("hoi", "dong", "nhan", "dan", "va", "uy", "ban", "nhan", "dan"),
)
# Offices before a place: words, the types of place they have, whether the level word may be left out
_OFFICES: tuple[tuple[tuple[str, ...], frozenset[str], bool], ...] = (
    *((words, frozenset({"tinh"}) | _BELOW_PROVINCE, True) for words in _COMMITTEE),
    *((("van", "phong", *words), _BELOW_PROVINCE, False) for words in _COMMITTEE),
    *((("vp", *words), _BELOW_PROVINCE, False) for words in _COMMITTEE),
    (("thanh", "tra"), _DISTRICT, False),
    (("chi", "cuc", "thue"), _DISTRICT, True),
    (("cct",), _DISTRICT, True),
    (("cuc", "thue"), frozenset({"tinh"}), True),
)
# "Phòng Tài chính - Kế hoạch huyện Cao Lộc": any words, then a place that says its level.
_DIVISIONS: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
    (("phong",), _DISTRICT),
    (("bo", "phan"), _BELOW_PROVINCE),
)
# Called "phòng" too, but no division of a people's committee: branches of a bank, clinics, notaries, insurance.
_NO_DIVISIONS = frozenset({("giao", "dich"), ("kham",), ("cong", "chung"), ("bao", "hiem"), ("canh", "sat")})
_AGENCY_HEADS = (("phong",), ("van", "phong"), ("vp",), ("thanh", "tra"))
_OF_PROVINCE = (
    ("ubnd", "tinh", "lang", "son"),
    ("tinh", "lang", "son"),
    ("ubnd", "tinh"),
    ("lang", "son"),
    ("tinh",),
)


class Hit(NamedTuple):
    """A unit that a text can mean; whether the text says its level, and names a unit above it."""

    unit_code: str
    says_level: bool
    names_parent: bool


class _Chunk(NamedTuple):
    unit_codes: frozenset[str]
    says_level: bool


class Grammar:
    """Reads texts as the units given, which are those of one day."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = {unit.unit_code: unit for unit in units}
        self._exact: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._plain: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._agency_exact: dict[str, set[str]] = defaultdict(set)
        self._agency_plain: dict[str, set[str]] = defaultdict(set)
        for unit in units:
            for name in unit.names:
                words = _expanded(syllables(name))
                if unit.unit_type == "agency":
                    self._agency_exact[_joined(words)].add(unit.unit_code)
                    self._agency_plain[_joined(words, plain=True)].add(unit.unit_code)
                else:
                    self._exact[tuple(word.exact for word in words)].add(unit.unit_code)
                    self._plain[tuple(word.plain for word in words)].add(unit.unit_code)
        self._longest_name = max(map(len, self._exact), default=0)

    def read(self, text: str) -> frozenset[Hit]:
        """Every unit the whole text can mean; a leading list number may be left out when nothing else reads."""
        hits = self._read(_expanded(syllables(text)))
        if not hits and (shorter := without_number(text)):
            hits = self._read(_expanded(syllables(shorter)))
            if text.lstrip()[:1] in "Xx":
                # A lone "X." is ten or "xã": ten only before a name that says its level.
                hits = frozenset(hit for hit in hits if hit.says_level)
        return hits

    def ancestors(self, unit_code: str) -> Iterator[str]:
        """Codes of the units above, nearest first."""
        parent = self._units[unit_code].parent_unit_code if unit_code in self._units else None
        while parent is not None:
            yield parent
            parent = self._units[parent].parent_unit_code if parent in self._units else None

    def _read(self, words: list[Syllable]) -> frozenset[Hit]:
        if not words or len(words) > _LONGEST:
            return frozenset()
        agencies = self._agencies(words)
        if agencies:
            return frozenset(Hit(code, True, True) for code in agencies)
        whole_plain = is_plain(words)
        hits: dict[str, Hit] = {}
        for chain in self._chains(words, 0, whole_plain, first=True):
            for hit in self._inside(chain):
                seen = hits.get(hit.unit_code)
                hits[hit.unit_code] = (
                    hit
                    if seen is None
                    else Hit(hit.unit_code, seen.says_level or hit.says_level, seen.names_parent or hit.names_parent)
                )
        return frozenset(hits.values()) or self._tax_region(words)

    # ---- places

    def _chains(
        self, words: list[Syllable], start: int, whole_plain: bool, first: bool
    ) -> Iterator[tuple[_Chunk, ...]]:
        start = _after_separators(words, start)
        if start == len(words):
            if not first:
                yield ()
            return
        for chunk, end in self._chunks(words, start, whole_plain, first):
            for rest in self._chains(words, end, whole_plain, first=False):
                yield (chunk, *rest)

    def _chunks(
        self, words: list[Syllable], start: int, whole_plain: bool, first: bool
    ) -> Iterator[tuple[_Chunk, int]]:
        yield from self._named(words, start, None, False, whole_plain)
        for office, kinds, may_omit in _OFFICES:
            if _starts(words, start, office):
                after = _after_separators(words, start + len(office))
                yield from self._named(words, after, kinds, not may_omit, whole_plain)
                # "UBND tỉnh": the province's own systems need not say which province.
                if office in _COMMITTEE and after + 1 == len(words) and _is_level(words, after, ("tinh",)):
                    yield _Chunk(frozenset({PROVINCE}), True), after + 1
        if first:
            yield from self._divisions(words, start, whole_plain)

    def _divisions(self, words: list[Syllable], start: int, whole_plain: bool) -> Iterator[tuple[_Chunk, int]]:
        for head, kinds in _DIVISIONS:
            begin = start + len(head)
            if not _starts(words, start, head) or any(_starts(words, begin, other) for other in _NO_DIVISIONS):
                continue
            for place in range(begin, len(words)):
                inner = place
                for committee in _COMMITTEE:
                    if _starts(words, place, committee):
                        inner = place + len(committee)
                        break
                yield from self._named(words, inner, kinds, True, whole_plain)

    def _named(
        self, words: list[Syllable], start: int, kinds: frozenset[str] | None, level_needed: bool, whole_plain: bool
    ) -> Iterator[tuple[_Chunk, int]]:
        """A name at a place, with its level before it, or without where that is allowed."""
        if not level_needed:
            for codes, end in self._names_at(words, start, whole_plain):
                if fitting := self._of_types(codes, kinds):
                    yield _Chunk(fitting, kinds is not None and len(kinds) < len(_BELOW_PROVINCE)), end
        for level, kind in _LEVELS:
            if (kinds is None or kind in kinds) and _is_level(words, start, level):
                after = _after_separators(words, start + len(level))
                for codes, end in self._names_at(words, after, whole_plain):
                    if fitting := self._of_types(codes, frozenset({kind})):
                        yield _Chunk(fitting, True), end

    def _names_at(self, words: list[Syllable], start: int, whole_plain: bool) -> Iterator[tuple[frozenset[str], int]]:
        for end in range(start + 1, min(start + self._longest_name, len(words)) + 1):
            part = words[start:end]
            if SEPARATOR in part:
                return
            # Accents distinguish wherever a name carries any; a name typed without any may be each that is equal then.
            codes = self._exact.get(tuple(word.exact for word in part), set())
            if whole_plain or (not codes and is_plain(part)):
                codes = self._plain.get(tuple(word.plain for word in part), set())
            if codes:
                yield frozenset(codes), end

    def _of_types(self, codes: Iterable[str], kinds: frozenset[str] | None) -> frozenset[str]:
        return frozenset(code for code in codes if kinds is None or self._units[code].unit_type in kinds)

    def _inside(self, chain: Sequence[_Chunk]) -> Iterator[Hit]:
        """Units of the lowest chunk that lie in a unit of every other chunk, lowest first or last."""
        for ordered in {tuple(chain), tuple(reversed(chain))}:
            for code in ordered[0].unit_codes:
                above = list(self.ancestors(code))
                for chunk in ordered[1:]:
                    places = [place for place, parent in enumerate(above) if parent in chunk.unit_codes]
                    if not places:
                        break
                    above = above[places[0] + 1 :]
                else:
                    parents = {parent for chunk in ordered[1:] for parent in chunk.unit_codes} - {PROVINCE}
                    yield Hit(code, ordered[0].says_level, not parents.isdisjoint(self.ancestors(code)))

    def _tax_region(self, words: list[Syllable]) -> frozenset[Hit]:
        """ "Chi cục Thuế khu vực Lộc Bình - Đình Lập": the smallest place that holds every district named."""
        for office in (("chi", "cuc", "thue"), ("cct",)):
            if _starts(words, 0, (*office, "khu", "vuc")):
                whole_plain = is_plain(words)
                for chain in self._chains(words, len(office) + 2, whole_plain, first=False):
                    districts = [self._of_types(chunk.unit_codes, _DISTRICT) for chunk in chain]
                    if len(districts) > 1 and all(len(codes) == 1 for codes in districts):
                        return frozenset({Hit(PROVINCE, True, True)})
        return frozenset()

    # ---- agencies

    def _agencies(self, words: list[Syllable]) -> set[str]:
        """Agencies named by the text: alone, with the province's name around, or behind a division of theirs."""
        found: set[str] = set()
        for part in _without_province(words):
            found |= self._agency(part)
        if not found and any(_starts(words, 0, head) for head in _AGENCY_HEADS):
            for start in range(1, len(words)):
                if words[start].plain in ("so", "ban") and not any(_starts(words, 1, other) for other in _NO_DIVISIONS):
                    for part in _without_province(words[start:]):
                        found |= self._agency(part)
        return found

    def _agency(self, words: list[Syllable]) -> set[str]:
        found = self._agency_exact.get(_joined(words), set())
        if not found and is_plain(words):
            found = self._agency_plain.get(_joined(words, plain=True), set())
        return found


def _expanded(words: list[Syllable]) -> list[Syllable]:
    """Abbreviations that are one word for several, parted."""
    parted: list[Syllable] = []
    for word in words:
        if word.plain in ("tpls", "ubndtpls"):
            committee = [Syllable("ubnd", "ubnd")] if word.plain == "ubndtpls" else []
            parted += [*committee, Syllable("tp", "tp"), *syllables("Lạng Sơn")]
        elif word.plain in ("ubndtp", "ubndtinh"):
            parted += [Syllable("ubnd", "ubnd"), Syllable(word.exact[4:], word.plain[4:])]
        else:
            parted.append(word)
    return parted


def _without_province(words: list[Syllable]) -> Iterator[list[Syllable]]:
    yield words
    for name in _OF_PROVINCE:
        if len(words) > len(name):
            if _starts(words, len(words) - len(name), name):
                yield words[: -len(name)]
            if _starts(words, 0, name):
                yield words[len(name) :]


def _joined(words: Sequence[Syllable], plain: bool = False) -> str:
    """Words run together without "và", "&" and separators: "TT&TT", "TTTT" and "TT và TT" are one."""
    together = " ".join((word.plain if plain else word.exact) for word in words if word.exact not in ("va\u0300", "va"))
    together = together.replace("uy ban nhan dan" if plain else "uy\u0309 ban nhân dân", "ubnd")
    return together.replace(" ", "")


def _starts(words: Sequence[Syllable], start: int, pattern: Sequence[str]) -> bool:
    if start >= len(words) or words[start].plain != pattern[0]:
        return False  # nearly always: most words begin no pattern
    return [word.plain for word in words[start : start + len(pattern)]] == list(pattern)


def _is_level(words: Sequence[Syllable], start: int, level: Sequence[str]) -> bool:
    return _starts(words, start, level) and all(
        word.exact in _ACCENTED_LEVELS.get(word.plain, {word.plain}) for word in words[start : start + len(level)]
    )


def _after_separators(words: Sequence[Syllable], start: int) -> int:
    while start < len(words) and words[start] == SEPARATOR:
        start += 1
    return start
