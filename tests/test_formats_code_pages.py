"""Old Vietnamese code pages: recognised by many words in every format, never taken for something they are not."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formats.base import FormatError, Limits, fold
from sources.formats.code_pages import is_syllable, recognise, refusal
from sources.formats.sniff import decode
from tests.dirt.old_text import OLD_PAGES, to_tcvn3, to_vni, windows_1258

ROOT = Path(__file__).parents[1]
SENTENCE = "Ủy ban nhân dân huyện Cao Lộc, tỉnh Lạng Sơn: hồ sơ đã xử lý trên môi trường điện tử"


def unit_names() -> list[str]:
    """The names of every unit of the province, correct Vietnamese all of them."""
    names = []
    for file in ("units_2022.csv", "units_2025.csv", "agencies.csv"):
        with (ROOT / "sources" / "reference" / file).open(encoding="utf-8", newline="") as handle:
            names += [text for row in csv.DictReader(handle) for text in row.values() if text]
    return names


FOREIGN_NAMES = """
    Müller Jürgen Schröder Größe Straße Köln Zürich Björn Åse Søren Ørsted Ångström Łódź Škoda Dvořák Čapek Pérez Núñez
    Muñoz García Martínez Rodríguez Peña São João Conceição Araújo Gonçalves Magalhães François Hélène André Renée Noël
    Château Orléans Besançon Béziers Sèvres Saône Île-de-France Citroën Crème brûlée déjà vu façade naïve résumé café
    Français Québécois Montréal Pâté Hôtel Hôpital Évian Élysée Nestlé L'Oréal Lancôme Hermès Guerlain Öland Malmö
    Göteborg Århus Tromsø Reykjavík Þór Guðmundsson Sigurðardóttir Jón Hafþór Ístanbul Atatürk Özil Çelik Gümüş Bílá
    Plzeň Brno Kraków Gdańsk Poznań Wałęsa José Zoë Chloë Brontë Dürer Böll Grünwald Höfer Mönch Nürnberg Würzburg
    Señor mañana piñata Córdoba Málaga Cádiz León Bogotá Medellín Panamá Perú México São Paulo Brasília Ceará
    niǔ lǐ hǎo zhōng guó lǜ lüè nǚ Píngxiáng Guǎngxī Chóngzuǒ Níngmíng Yǒuyìguān Běijīng Shànghǎi
    m² m³ 5°C ±3 1½ €5 £7 «ngoặc» · § ¶ © ® ™ µm № 1ª 2º – — … “ ” ‘ ’
    ÄÖÜ ÀÉÈ ÑANDÚ ÇA VA
"""
FOREIGN = FOREIGN_NAMES.split()


@pytest.mark.parametrize("page", sorted(OLD_PAGES))
def test_old_text_is_recognised_and_its_reading_shown(page: str) -> None:
    found = recognise([OLD_PAGES[page](SENTENCE)])
    assert found is not None
    assert found.page.name == page
    assert found.examples
    reason = refusal(found).reason
    assert found.examples[0][1] in reason
    assert " | " in reason


def test_tables_of_old_pages_turn_every_unit_name_back() -> None:
    for name in unit_names():
        plain = unicodedata.normalize("NFC", name)
        for convert in (to_tcvn3, to_vni):
            if any(not letter.isascii() for letter in plain):
                found = recognise([convert(f"{plain} {SENTENCE}")])
                assert found is not None, plain


def test_every_word_of_the_units_names_is_a_vietnamese_syllable() -> None:
    words = {word for name in unit_names() for word in name.replace("-", " ").split() if word.isalpha()}
    assert sorted(word for word in words if not word.isascii() and not word.isupper() and not is_syllable(word)) == []


def test_capitals_typed_in_a_font_of_capitals_are_recognised_as_small_letters() -> None:
    found = recognise([to_tcvn3("LẠNG SƠN, HUYỆN CAO LỘC, ỦY BAN NHÂN DÂN HUYỆN LỘC BÌNH")])
    assert found is not None
    assert found.page.name == "TCVN3"
    assert "VnTimeH" in refusal(found).reason


def test_correct_vietnamese_is_never_taken_for_an_old_page() -> None:
    texts = [SENTENCE, *unit_names()]
    for path in sorted(ROOT.glob("sources/*/source.yml")) + sorted(ROOT.glob("indicators/**/*.yml")):
        texts.append(path.read_text(encoding="utf-8"))
    assert recognise(texts) is None
    assert [text for text in texts if recognise([text, text.upper()], least=1)] == []


def test_foreign_names_are_never_taken_for_vietnamese() -> None:
    assert recognise(FOREIGN) is None
    for start in range(len(FOREIGN) - 20):
        assert recognise(FOREIGN[start : start + 20]) is None, FOREIGN[start : start + 20]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*FOREIGN, *SENTENCE.split(), "abc", "123"]), max_size=60))
def test_any_mixture_of_foreign_names_and_vietnamese_is_left_alone(words: list[str]) -> None:
    assert recognise([" ".join(words)]) is None


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(max_codepoint=127), max_size=400))
def test_ascii_says_nothing(text: str) -> None:
    assert recognise([text]) is None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_whatever_the_text_recognising_it_raises_nothing(text: str) -> None:
    recognise([text])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_the_bytes_they_are_text_or_refused(data: bytes) -> None:
    try:
        decode(data)
    except FormatError as error:
        assert " | " in error.reason


def test_one_strange_word_is_never_enough() -> None:
    assert recognise(["L¹ng"] * 50) is None
    assert recognise(["L¹ng S¬n"] * 50) is None
    with pytest.raises(FormatError, match="Unknown encoding"):
        decode("ten,L¹ng".encode("latin-1"))


def test_windows_1258_bytes_are_read_as_they_were_written() -> None:
    assert decode(windows_1258(SENTENCE)) == SENTENCE


def test_a_few_old_rows_at_the_end_of_a_long_file_are_seen(tmp_path: Path) -> None:
    from sources.formats.code_pages import refuse_legacy_table
    from sources.formats.csv_text import read_csv

    path = tmp_path / "merged.csv"
    rows = ["1,Ủy ban nhân dân huyện Cao Lộc"] * 20_000 + ["2," + to_tcvn3("UBND huyện Lộc Bình thị trấn Na Dương")] * 2
    path.write_text("\n".join(["Mã,Đơn vị", *rows]) + "\n", encoding="utf-8")
    raw = read_csv(path, frozenset(map(fold, ("Mã", "Đơn vị"))), Limits())
    with pytest.raises(FormatError, match="TCVN3"):
        refuse_legacy_table(raw)
