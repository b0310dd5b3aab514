"""Vietnamese text in an old code page, recognised by trial conversion of many words, never by one.

TCVN3 and VNI text looks like Latin-1 ("L¹ng S¬n", "Laïng Sôn"), and stays so inside a workbook or a file saved as
UTF-8: only the font showed Vietnamese. A word counts when it is no Vietnamese syllable as it stands and is one after
the conversion. Nothing is converted for good: TCVN3 has its capitals in another font, so what comes out is not what
was written. Windows-1258 bytes alone are read (``sniff``), because they lose nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from sources.formats.base import GROUP, LABEL, ROW_NUMBER, FormatError, RawTable

WINDOWS_1258 = "windows-1258"
_LEAST_WORDS = 3
"""Fewer different words say nothing (2026-11): no foreign name of the tests turns into three syllables."""
_SAMPLED_ROWS = 2_000
"""At either end of a delivery, where hand-merged files have strange parts; in the middle their units do not resolve."""
_SAMPLED_CHARACTERS = 256 * 1024

_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
)
_TONE_MARKS = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HAT_MARKS = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE_MARKS = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI = {
    **_VNI_SINGLE,
    **{base + mark: base + tone for base in "aeiouy" for mark, tone in _TONE_MARKS.items()},
    **{base + mark: _VNI_SINGLE[base] + tone for base in "ôö" for mark, tone in _TONE_MARKS.items()},
    **{base + mark: base + "\u0302" + tone for base in "aeo" for mark, tone in _HAT_MARKS.items()},
    **{"a" + mark: "a\u0306" + tone for mark, tone in _BREVE_MARKS.items()},
}
_VNI = {key: unicodedata.normalize("NFC", value) for key, value in _VNI.items()}
_VNI |= {key.upper(): value.upper() for key, value in _VNI.items()}
_VNI_PIECE = re.compile("|".join(sorted(map(re.escape, _VNI), key=lambda piece: (-len(piece), piece))))

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSET = r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx])?"
_OPEN_RHYMES = (
    "a ai am an ang anh ao au ay ăm ăn ăng âm ân âng âu ây e em en eng eo ê êm ên ênh êu i ia iêm iên iêng iêu im "
    "in inh iu o oa oai oam oan oang oanh oao oay oăm oăn oăng oe oen oeo oi om on ong oong ô ôi ôm ôn ông ơ ơi ơm "
    "ơn u ua uân uâng uây uê uênh ui uôi uôm uôn uông um un ung uy uya uyên uynh uyu uơ ư ưa ưi ưm ưn ưng ưu ươi "
    "ươm ươn ương ươu y yêm yên yêng yêu ynh"
)
_STOPPED_RHYMES = (
    "ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich iêc iêp iêt ip it oac oach oap oat oăc oăt oc oet ooc op "
    "ot ôc ôp ôt ơp ơt uât uc uêch uôc uôt up ut uych uyêt uyt ưc ưt ươc ươp ươt yêt yt"
)
_OPEN = re.compile(f"{_ONSET}(?:{_OPEN_RHYMES.replace(' ', '|')})")
_STOPPED = re.compile(f"{_ONSET}(?:{_STOPPED_RHYMES.replace(' ', '|')})")
# What a refusal may show of a delivery: words of offices and tables, never of a name.
_OFFICE_WORDS = (
    "của là được người huyện xã tỉnh thị trấn phường sở số mã ngày đơn vị hồ sơ tên lạng sơn bình đình lập tràng "
    "định bắc lũng thành phố nội hình thức xử lý kết thúc cấp địa chỉ năm tháng điện tử công giáo dục tế ủy nhân "
    "dân trạng thái loại họ giới tính độ mật mở cập nhật tạo hoạt động chuyển"
)
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~0-9]{2,}")
_LATIN = r"[\x{a1}-\x{ff}]"
_LATIN_LETTER = re.compile(r"[\u00a1-\u00ff]")


@dataclass(frozen=True)
class CodePage:
    """An old code page: its name, what its text looks like, how people convert it, the trial conversion of one word."""

    name: str
    looks_vi: str
    looks_en: str
    advice_vi: str
    advice_en: str
    convert: Callable[[str], str]


class LegacyCodePage(FormatError):
    """The file's text is in an old code page; `header_found` says whether its columns were recognised all the same."""

    def __init__(self, reason: str, header_found: bool) -> None:
        super().__init__(reason)
        self.header_found = header_found


@dataclass(frozen=True)
class Recognised:
    """The code page that explains the strange words of a text, and words of offices as they stand and as they read."""

    page: CodePage
    examples: tuple[tuple[str, str], ...]


def _from_vni(word: str) -> str:
    return _VNI_PIECE.sub(lambda piece: _VNI[piece[0]], word)


def _western_bytes(word: str) -> bytes:
    """The bytes a Western program read as this word: windows-1252, and Latin-1 where that has no letter."""
    pieces = []
    for letter in word:
        try:
            pieces.append(letter.encode("cp1252"))
        except UnicodeEncodeError:
            pieces.append(letter.encode("latin-1", errors="replace"))
    return b"".join(pieces)


def _from_western(encoding: str) -> Callable[[str], str]:
    def convert(word: str) -> str:
        return unicodedata.normalize("NFC", _western_bytes(word).decode(encoding, errors="replace"))

    return convert


_UNIKEY_VI = (
    "mở UniKey Toolkit (Ctrl+Shift+F6), chọn nguồn {0}, đích Unicode, chuyển rồi lưu lại dạng .xlsx hoặc «CSV UTF-8»"
)
_UNIKEY_EN = (
    "in UniKey Toolkit (Ctrl+Shift+F6) choose source {0}, target Unicode, convert, save as .xlsx or 'CSV UTF-8'"
)
PAGES = (
    CodePage(
        "TCVN3",
        "bảng mã cũ TCVN3 (ABC, phông .VnTime), không phải Unicode",
        "the old code page TCVN3 (ABC, .VnTime fonts), not Unicode",
        _UNIKEY_VI.format("TCVN3 (ABC)") + "; chữ hoa của phông .VnTimeH phải gõ lại",
        _UNIKEY_EN.format("TCVN3 (ABC)") + "; capitals of the font .VnTimeH must be typed again",
        lambda word: word.translate(_TCVN3),
    ),
    CodePage(
        "VNI",
        "bảng mã cũ VNI (phông VNI-Times), không phải Unicode",
        "the old code page VNI (VNI-Times fonts), not Unicode",
        _UNIKEY_VI.format("VNI Windows"),
        _UNIKEY_EN.format("VNI Windows"),
        _from_vni,
    ),
    CodePage(
        WINDOWS_1258,
        "windows-1258 đã bị đọc như Latin-1",
        "windows-1258 that was read as Latin-1",
        "hãy xuất lại từ hệ thống gốc và lưu dạng «CSV UTF-8» hoặc .xlsx",
        "export it again from its own system and save it as 'CSV UTF-8' or .xlsx",
        _from_western("cp1258"),
    ),
    CodePage(
        "UTF-8",
        "UTF-8 đã bị đọc như Latin-1 rồi lưu lại",
        "UTF-8 that was read as Latin-1 and saved again",
        "hãy xuất lại từ hệ thống gốc, không mở qua Excel",
        "export it again from its own system, not by way of Excel",
        _from_western("utf-8"),
    ),
)


@lru_cache(maxsize=65_536)
def is_syllable(word: str) -> bool:
    """Whether a word can be a Vietnamese syllable: onset, rhyme, and a sharp or heavy tone before a stop."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in parts if letter in _TONES]
    if len(tones) > 1:
        return False
    bare = unicodedata.normalize("NFC", "".join(letter for letter in parts if letter not in _TONES))
    if _STOPPED.fullmatch(bare):
        return bool(tones) and tones[0] in "\u0301\u0323"
    return _OPEN.fullmatch(bare) is not None


def recognise(texts: Iterable[str], least: int = _LEAST_WORDS) -> Recognised | None:
    """The code page under which at least half of the strange words are Vietnamese syllables, and at least `least`."""
    counted = Counter(word for text in texts for word in _WORD.findall(text) if _LATIN_LETTER.search(word))
    strange = [word for word in sorted(counted) if not is_syllable(word)]
    if len(strange) < least:
        return None
    hits = {page: [word for word in strange if is_syllable(page.convert(word))] for page in PAGES}
    best = max(PAGES, key=lambda page: len(hits[page]))  # of equals the first: the commoner page
    if len(hits[best]) < least or 2 * len(hits[best]) < len(strange):
        return None
    told = [
        (word, _as_typed(word, best.convert(word)))
        for word in sorted(hits[best], key=lambda word: (-counted[word], word))
    ]
    return Recognised(best, tuple(pair for pair in told if pair[1].lower() in _OFFICE_WORDS.split())[:3])


def _as_typed(word: str, read: str) -> str:
    """In capitals where the letters without accents are: the font of capitals showed the others so too."""
    plain = [letter for letter in word if letter.isascii()]
    return read.upper() if plain and all(letter.isupper() for letter in plain) else read


def refusal(found: Recognised, header_found: bool = False) -> LegacyCodePage:
    """What the sender is told: which code page it looks like, how it would read, and how to convert it."""
    page = found.page
    examples_vi = ", ".join(f"«{raw}» đọc là «{read}»" for raw, read in found.examples)
    examples_en = ", ".join(f"'{raw}' reads '{read}'" for raw, read in found.examples)
    shown_vi, shown_en = (f" ({examples_vi})", f" ({examples_en})") if found.examples else ("", "")
    return LegacyCodePage(
        f"Chữ trong tệp giống {page.looks_vi}{shown_vi}: {page.advice_vi} | "
        f"The text looks like {page.looks_en}{shown_en}: {page.advice_en}",
        header_found,
    )


def refuse_legacy_table(raw: RawTable) -> None:
    """Refuse a table whose header, title or cells (of the first and the last rows) are in an old code page."""
    texts = [raw.title, *raw.header]
    chunks: list[pa.Array] = []
    height = raw.rows.num_rows
    for name in raw.rows.column_names:
        if name in (ROW_NUMBER, LABEL, GROUP) or not pa.types.is_string(raw.rows.schema.field(name).type):
            continue
        values = raw.rows.column(name)
        chunks += values.slice(0, _SAMPLED_ROWS).chunks
        chunks += values.slice(max(_SAMPLED_ROWS, height - _SAMPLED_ROWS)).chunks
    if chunks:
        # One call for all columns: a call costs more than a small column.
        cells = pa.concat_arrays([chunk.cast(pa.string()) for chunk in chunks])
        texts += pc.unique(cells.filter(pc.match_substring_regex(cells, _LATIN))).to_pylist()
    if found := recognise(texts):
        raise refusal(found, header_found=True)


def sample(text: str) -> str:
    """Both ends of a text, enough to recognise its code page by."""
    if len(text) <= 2 * _SAMPLED_CHARACTERS:
        return text
    return text[:_SAMPLED_CHARACTERS] + "\n" + text[-_SAMPLED_CHARACTERS:]
