"""Units and their resolver: every unit in every spelling, counted against spellings made here from the plain list."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.units import (
    Alias,
    UnitResolver,
    load_aliases,
    load_units,
    resolver_of_2022,
    unit_tables,
)

ROOT = Path(__file__).parents[1]
PREFIXES = {
    "Tỉnh": ["tỉnh "],
    "Huyện": ["huyện ", "H. ", "H.", "UBND huyện ", "Ủy ban nhân dân huyện ", "Uỷ ban nhân dân huyện "],
    "Thành phố": ["TP ", "TP. ", "TP.", "Tp ", "UBND thành phố ", "thành phố ", "UBND TP "],
    "Xã": ["xã ", "X.", "X. ", "UBND xã ", "UBND X.", "Ủy ban nhân dân xã "],
    "Phường": ["phường ", "P.", "P. ", "UBND phường ", "UBND P. "],
    "Thị trấn": ["thị trấn ", "TT ", "TT.", "TT. ", "UBND thị trấn ", "UBND TT "],
}
SHORT = {"Huyện": "H. ", "Thành phố": "TP. "}
OLD_TONES = {
    "òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ",
    "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ",
}  # fmt: skip


class Place(NamedTuple):
    """A place of 2022 as the list has it: "Xã", "Tân Thanh"."""

    code: str
    kind: str
    name: str
    parent: str


def places() -> dict[str, Place]:
    with (ROOT / "sources/reference/units_2022.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    found = {}
    for row in rows:
        kind = next(kind for kind in PREFIXES if row["name"].startswith(kind + " "))
        found[row["code"]] = Place(row["code"], kind, row["name"].removeprefix(kind + " "), row["parent_code"])
    return found


PLACES = places()


def stripped(text: str) -> str:
    """Without accents, as typed on a foreign keyboard."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


def old_tones(text: str) -> str:
    return re.sub("|".join(OLD_TONES), lambda found: OLD_TONES[found[0]], text)


def typings(text: str) -> Iterator[tuple[str, bool]]:
    """The same words typed otherwise, and whether the accents were lost."""
    kept = [text, text.upper(), text.lower(), f"  {text.replace(' ', '  ')}\t", old_tones(text)]
    kept += [unicodedata.normalize("NFD", typed) for typed in (text, text.upper(), old_tones(text))]
    kept += [typed.replace("đ", "ð").replace("Đ", "Ð") for typed in (text, text.upper())]
    lost = [stripped(text), stripped(text).upper(), stripped(text).lower()]
    yield from dict.fromkeys([*((typed, False) for typed in kept), *((typed, True) for typed in lost)])


@cache
def same_name(place: Place, accentless: bool, with_kind: bool, within: str | None) -> set[str]:
    """Places that the name may mean too, by comparing the list's own letters."""

    # "Thị trấn NT Thái Bình": people leave out the "NT" (state farm), so the name without it may mean it too.
    def spelled(text: str) -> str:
        return stripped(text).lower() if accentless else text.lower()

    return {
        other.code
        for other in PLACES.values()
        if spelled(place.name) in (spelled(other.name), spelled(other.name.removeprefix("NT ")))
        and (not with_kind or other.kind == place.kind)
        and (within is None or within in (other.code, other.parent))
    }


def expect(text: str, part: str | None, place: Place, twins: set[str]) -> None:
    answer = resolver_of_2022().resolve(None, text, part, None)
    assert answer.unit_code in (None, place.code), f"{text!r} part {part}: wrong hit {answer.unit_code}"
    if twins == {place.code}:
        assert answer.unit_code == place.code, f"{text!r} part {part}: not found, {answer.candidates}"
        assert answer.candidates == ()
    else:
        assert answer.unit_code is None, f"{text!r} part {part}: one of {twins} was guessed"
        offered = {candidate.split(" ")[0] for candidate in answer.candidates}
        assert twins <= offered, f"{text!r} part {part}: {twins} not all in {offered}"


@pytest.mark.parametrize("code", PLACES)
def test_every_place_in_every_spelling_is_found_or_offered_and_never_taken_for_another(code: str) -> None:
    place = PLACES[code]
    district = PLACES.get(place.parent) if place.parent not in ("", "20") else None
    part = district.code if district else None
    for number, prefix in enumerate(PREFIXES[place.kind]):
        for text, accentless in typings(prefix + place.name):
            expect(text, None, place, same_name(place, accentless, True, None))
            if part:
                expect(text, part, place, same_name(place, accentless, True, part))
        if district and number in (1, 3):
            for joint in (" - ", ", ", " "):
                for above in (SHORT[district.kind] + district.name, f"{district.kind} {district.name}, tỉnh Lạng Sơn"):
                    for text, accentless in typings(f"{prefix}{place.name}{joint}{above}"):
                        expect(text, None, place, same_name(place, accentless, True, place.parent))
    for text, accentless in typings(place.name):
        expect(text, None, place, same_name(place, accentless, False, None))
        if part:
            expect(text, part, place, same_name(place, accentless, False, part))


AGENCIES = {
    "SO_CT": ["Sở Công Thương", "Sở Công thương tỉnh Lạng Sơn", "Sở CT"],
    "SO_GDDT": ["Sở Giáo dục và Đào tạo", "Sở GD&ĐT", "Sở GDĐT", "Sở GD-ĐT", "Sở Giáo dục & Đào tạo"],
    "SO_GTVT": ["Sở Giao thông vận tải", "Sở GTVT", "Sở Giao thông Vận tải tỉnh"],
    "SO_KHDT": ["Sở Kế hoạch và Đầu tư", "Sở KH&ĐT", "Sở KHĐT"],
    "SO_KHCN": ["Sở Khoa học và Công nghệ", "Sở KH&CN", "Sở KHCN"],
    "SO_LDTBXH": [
        "Sở Lao động - Thương binh và Xã hội",
        "Sở Lao động, Thương binh và Xã hội",
        "Sở LĐTB&XH",
        "Sở LĐ-TBXH",
    ],
    "SO_NGV": ["Sở Ngoại vụ", "Sở NgV"],
    "SO_NV": ["Sở Nội vụ", "Sở NV"],
    "SO_NNPTNT": ["Sở Nông nghiệp và Phát triển nông thôn", "Sở NN&PTNT", "Sở Nông nghiệp và PTNT", "Sở NN-PTNT"],
    "SO_TC": ["Sở Tài chính", "Sở TC"],
    "SO_TNMT": ["Sở Tài nguyên và Môi trường", "Sở TN&MT", "Sở TNMT"],
    "SO_TTTT": ["Sở Thông tin và Truyền thông", "Sở TT&TT", "Sở TTTT", "Sở TT và TT", "Phòng CNTT - Sở TT&TT"],
    "SO_TP": ["Sở Tư pháp", "Sở TP"],
    "SO_VHTTDL": ["Sở Văn hóa, Thể thao và Du lịch", "Sở VHTT&DL", "Sở VH,TT&DL", "Sở VHTTDL"],
    "SO_XD": ["Sở Xây dựng", "Sở XD", "SỞ XÂY DỰNG TỈNH LẠNG SƠN"],
    "SO_YT": ["Sở Y tế", "UBND tỉnh Lạng Sơn - Sở Y tế"],
    "VP_UBND": ["Văn phòng UBND tỉnh", "Văn phòng Ủy ban nhân dân tỉnh Lạng Sơn", "VP UBND tỉnh"],
    "TT_TINH": ["Thanh tra tỉnh", "Thanh tra tỉnh Lạng Sơn"],
    "BAN_DT": ["Ban Dân tộc", "Ban Dân tộc tỉnh Lạng Sơn"],
    "BQL_KKT": ["Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng - Lạng Sơn", "BQL KKT cửa khẩu Đồng Đăng - Lạng Sơn"],
}


@pytest.mark.parametrize("code", AGENCIES)
def test_every_agency_in_every_spelling_is_found(code: str) -> None:
    resolver = resolver_of_2022()
    for name in AGENCIES[code]:
        for text, _ in typings(name):
            assert resolver.resolve(None, text, None, None).unit_code == code, text
            assert resolver.resolve(None, text, code, "tinh").unit_code == code, text
            assert resolver.resolve(None, text, None, "xa").unit_code is None, text
    assert resolver.resolve(code, None, None, None).unit_code == code
    assert resolver.resolve(code.lower(), None, None, None).unit_code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UBND xã Tân Thanh - H. Văn Lãng", "06166"),
        ("Huyện Văn Lãng - xã Tân Thanh", "06166"),
        ("Phường Chi Lăng, TPLS", "05983"),
        ("UBND TPLS", "178"),
        ("UBND tỉnh", "20"),
        ("UBND tỉnh Lạng Sơn", "20"),
        ("Cục Thuế tỉnh Lạng Sơn", "20"),
        ("Chi cục Thuế huyện Cao Lộc", "183"),
        ("Chi cục Thuế thành phố Lạng Sơn", "178"),
        ("Chi cục Thuế Cao Lộc - Cục Thuế tỉnh Lạng Sơn", "183"),
        ("Chi cục Thuế khu vực Lộc Bình - Đình Lập", "20"),
        ("Phòng Tài chính - Kế hoạch huyện Cao Lộc", "183"),
        ("Phòng TN&MT, UBND huyện Bắc Sơn", "185"),
        ("Văn phòng HĐND và UBND huyện Bình Gia", "181"),
        ("Bộ phận một cửa xã Mai Sao", "06484"),
        ("II. UBND huyện Cao Lộc", "183"),
        ("X. Huyện Cao Lộc", "183"),
        ("3. Xã Mai Sao", "06484"),
        ("Thị trấn NT Thái Bình", "06616"),
        ("TT. Nông trường Thái Bình", "06616"),
        ("Xa Phu Xa", "06214"),
        ("Xa Tinh Bac", "06574"),
        ("06166", "06166"),
    ],
)
def test_an_office_resolves_to_its_place(text: str, code: str) -> None:
    assert resolver_of_2022().resolve(None, text, None, None).unit_code == code


@pytest.mark.parametrize(
    "text",
    [
        "Cục Thuế TP Hà Nội",
        "Chi cục Thuế huyện Thanh Sơn",
        "Cục Thuế TP Lạng Sơn",
        "Sở Y tế tỉnh Cao Bằng",
        "Xã Tân Lập, huyện Chợ Đồn, tỉnh Bắc Kạn",
        "Xã Tân Thanh, huyện Cao Lộc",
        "Xã Tân Than",
        "Xã Tần Thanh",
        "H. Tân Thanh",
        "X. Hữu Lũng",
        "Phòng giao dịch NHCSXH huyện Cao Lộc",
        "Văn phòng UBND",
        "Thanh tra",
        "UBND huyện",
        "Trung tâm Dịch vụ tổng hợp",
        "Lạng Sơn",
        "Cao Lộc",
        "Thái Bình",
    ],
)
def test_what_is_no_unit_of_ours_or_more_than_one_resolves_to_none_with_candidates(text: str) -> None:
    answer = resolver_of_2022().resolve(None, text, None, None)
    assert answer.unit_code is None and answer.unit_level is None
    assert answer.candidates


def test_a_tier_narrows_by_level_and_a_contradicting_one_refuses() -> None:
    resolver = resolver_of_2022()
    assert resolver.resolve(None, "Cao Lộc", None, "huyen").unit_code == "183"
    assert resolver.resolve(None, "Cao Lộc", None, "cấp xã").unit_code == "06187"
    assert resolver.resolve(None, "Lạng Sơn", "-", "tinh").unit_code == "20"
    assert resolver.resolve(None, "Lạng Sơn", "", "huyện").unit_code == "178"
    refused = resolver.resolve(None, "UBND huyện Cao Lộc", None, "xa")
    assert refused.unit_code is None and refused.candidates == ("183 Huyện Cao Lộc",)


def test_a_districts_file_means_its_own_communes() -> None:
    resolver = resolver_of_2022()
    lost_accent = resolver.resolve(None, "Xã Tân Thanh", "183", None)
    assert lost_accent.unit_code is None
    assert [candidate[:5] for candidate in lost_accent.candidates] == ["06166", "06250"]
    assert resolver.resolve(None, "Xã Bắc La", "183", None).unit_code is None
    assert resolver.resolve(None, "Xã Bắc La, huyện Văn Lãng", "183", None).unit_code == "06133"
    assert resolver.resolve(None, "UBND huyện Văn Lãng", "183", None).unit_code == "182"
    assert resolver.resolve(None, "Cao Lộc", "187", None).unit_code is None
    assert resolver.resolve(None, "Xã Hồng Phong", "06205", None).unit_code == "06205"
    assert resolver.resolve(None, "Xã Bắc La", "SO_TTTT", None).unit_code == "06133"


@pytest.mark.parametrize("code", PLACES)
def test_a_code_is_read_with_lost_zeros_and_as_a_number(code: str) -> None:
    resolver = resolver_of_2022()
    for text in (code, code.lstrip("0"), f"{code.lstrip('0')}.0", f" {code}\t", f"'{code}", code.zfill(5)):
        assert resolver.resolve(text, None, None, None).unit_code == code, text


def test_a_code_and_a_name_that_contradict_each_other_give_nothing() -> None:
    resolver = resolver_of_2022()
    assert resolver.resolve("06166", "Xã Tân Thành", None, None).unit_code is None
    assert resolver.resolve("06250", "Xã Tân Thành", None, None).unit_code == "06250"
    assert resolver.resolve("06250", "Trạm Y tế", None, None).unit_code == "06250"
    assert resolver.resolve("99999", "Xã Tân Thanh", None, None).unit_code is None, "another province's code"
    assert resolver.resolve("DV.17", "Xã Tân Thanh", None, None).unit_code == "06166", "a code of the system's own"
    assert resolver.resolve(None, None, None, None).unit_code is None


def test_units_of_2022_are_those_of_the_official_list() -> None:
    units = [unit for unit in load_units() if unit.in_force(date(2022, 6, 30))]
    assert Counter(unit.unit_level for unit in units) == {
        "province": 1, "district": 11, "commune": 200, "department": 20
    }  # fmt: skip
    assert Counter(unit.unit_type for unit in units if unit.unit_level == "commune") == {
        "xa": 181, "thi_tran": 14, "phuong": 5
    }  # fmt: skip
    assert Counter(unit.parent_unit_code for unit in units if unit.unit_level == "commune") == {
        "178": 8, "180": 22, "181": 19, "182": 17, "183": 22, "184": 17,
        "185": 18, "186": 24, "187": 20, "188": 21, "189": 12,
    }  # fmt: skip
    assert Counter(unit.bloc_code for unit in units) == {"departments": 16, "districts": 11, "communes": 200, None: 5}
    assert all(unit.provisional == (unit.unit_level == "department") for unit in units)


def test_the_mergers_leave_194_and_then_65_communes_and_lose_none() -> None:
    tables = unit_tables()
    in_force = {
        day: {unit.unit_code for unit in load_units() if unit.unit_level == "commune" and unit.in_force(day)}
        for day in (date(2024, 11, 30), date(2024, 12, 1), date(2025, 6, 30), date(2025, 7, 1))
    }
    assert [len(codes) for codes in in_force.values()] == [200, 194, 194, 65]
    for day, before in ((date(2024, 12, 1), date(2024, 11, 30)), (date(2025, 7, 1), date(2025, 6, 30))):
        rows = [row for row in tables["unit_successors"].to_pylist() if row["valid_from"] == day]
        ended = in_force[before] if day.year == 2025 else in_force[before] - in_force[day]
        assert {row["old_unit_code"] for row in rows} == ended
        assert {row["new_unit_code"] for row in rows} <= in_force[day]
    assert {row["new_unit_code"] for row in rows} == in_force[date(2025, 7, 1)]
    assert not [u for u in load_units() if u.unit_level == "district" and u.in_force(date(2025, 7, 1))]


def test_the_units_table_has_one_row_per_key_and_every_parent() -> None:
    units = unit_tables()["units"].to_pylist()
    assert len({row["unit_key"] for row in units}) == len(units) == 297
    assert len({row["sort_key"] for row in units if row["valid_from"].year == 2020}) == 232
    codes = {row["unit_code"] for row in units}
    assert all(row["parent_unit_code"] in codes for row in units if row["unit_code"] != "20")
    assert all(row["label_en"] for row in units)
    reused = {row["unit_code"] for row in units if row["valid_from"].year == 2025} & set(PLACES)
    assert len(reused) == 65, "codes of 2025 are all codes of 2022; the key tells them apart"


def test_a_reused_code_means_the_unit_of_the_day() -> None:
    names = {}
    for day in (date(2022, 1, 1), date(2025, 7, 1)):
        resolver = UnitResolver(load_units(), (), day)
        assert resolver.resolve("05977", None, None, None).unit_code == "05977"
        names[day.year] = resolver.resolve(None, "Phường Đông Kinh", None, None).unit_code
    assert names == {2022: "05980", 2025: "05977"}


def test_units_sort_as_a_vietnamese_dictionary_does() -> None:
    districts = sorted((unit for unit in load_units() if unit.unit_level == "district"), key=lambda unit: unit.sort_key)
    assert [unit.unit_code for unit in districts] == [
        "185", "181", "183", "187", "189", "186", "178", "188", "180", "182", "184"
    ]  # fmt: skip


def test_an_alias_revives_a_spelling_from_the_moment_it_was_decided(tmp_path: Path) -> None:
    (tmp_path / "unit_aliases.yml").write_text(
        "- {text: Trung tâm CNTT, unit_code: SO_TTTT, source_code: e_office, decided_at: 2022-04-01T09:00:00}\n"
        '- {text: Trung tâm CNTT, unit_code: "183", part: "183", decided_at: 2022-04-01}\n',
        encoding="utf-8",
    )
    assert load_aliases(tmp_path, datetime(2022, 3, 31)) == ()
    assert load_aliases(ROOT / "decisions", datetime(2022, 3, 31)) == ()
    resolver = UnitResolver(load_units(), load_aliases(tmp_path, datetime(2022, 5, 1)), date(2022, 5, 1))
    assert resolver.resolve(None, "TRUNG TÂM  CNTT", None, None, source_code="e_office").unit_code == "SO_TTTT"
    assert resolver.resolve(None, "Trung tâm CNTT", "183", None, source_code="e_office").unit_code == "183"
    assert resolver.resolve(None, "Trung tâm CNTT", None, None, source_code="education").unit_code is None


@pytest.mark.parametrize(
    "entry",
    ["- {text: A, unit_code: '999', decided_at: 2022-01-01}", "- {text: A, unit_code: '183'}", "- A", "a: b",
     "- {text: '', unit_code: '183', decided_at: 2022-01-01}", "- {txt: A, unit_code: '183', decided_at: 2022-01-01}"],
)  # fmt: skip
def test_a_faulty_alias_is_refused_by_name(tmp_path: Path, entry: str) -> None:
    (tmp_path / "unit_aliases.yml").write_text(entry, encoding="utf-8")
    with pytest.raises(ValueError, match=r"unit_aliases\.yml"):
        load_aliases(tmp_path, datetime(2023, 1, 1))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from([None, "183", "-"]))
def test_any_text_gives_an_answer_and_words_around_a_name_are_never_skipped(text: str, part: str | None) -> None:
    resolver = resolver_of_2022()
    resolver.resolve(text, text, part, text)
    assert resolver.resolve(None, f"{text} qwx Xã Mai Sao", part, None).unit_code is None
    assert resolver.resolve(None, f"Xã Mai Sao qwx {text}", part, None).unit_code is None


def test_an_alias_to_a_unit_not_in_force_is_not_used() -> None:
    alias = Alias("Văn phòng một cửa", "183", datetime(2022, 1, 1))
    assert (
        UnitResolver(load_units(), [alias], date(2022, 1, 1)).resolve(None, alias.text, None, None).unit_code == "183"
    )
    assert UnitResolver(load_units(), [alias], date(2025, 8, 1)).resolve(None, alias.text, None, None).unit_code is None
