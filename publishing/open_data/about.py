"""What every format says about a release as a whole: which one, as of when, simulated or not, how not to add up."""

from dataclasses import dataclass
from datetime import date, datetime

from sources.catalogue.model import Text

from publishing.dictionary.declared import vocabulary
from publishing.tables import Tables
from publishing.words import day, moment

RIGHTS = Text(
    "Chưa có quyết định về cơ quan công bố và giấy phép dữ liệu mở cho số liệu này; "
    "hỏi đơn vị vận hành trước khi dùng lại.",
    "Neither a publisher nor an open-data licence has been decided for these figures; "
    "ask whoever runs the system before reusing them.",
)
PACK = Text("Số liệu đo chuyển đổi số tỉnh Lạng Sơn", "Measures of Lạng Sơn province's digital transformation")


@dataclass(frozen=True)
class Release:
    """A release as its own tables tell it; `notice` is empty unless the figures are simulated."""

    release_id: str
    as_of: datetime
    notice: str
    first_day: date
    last_day: date


def release_of(tables: Tables) -> Release:
    """The release whose tables are open."""
    info = tables.rows("select release_id, as_of, notice from release_info")[0]
    span = tables.rows(
        "select min(period_start) as first_day, max(period_end) as last_day from dim_period where is_measured"
    )[0]
    return Release(info["release_id"], info["as_of"], info["notice"], span["first_day"], span["last_day"])


def paragraphs(release: Release) -> list[str]:
    """The note at the head of every workbook and archive, Vietnamese and English by turns."""
    rules = vocabulary()["adds_up"]
    return [
        PACK.both,
        *([release.notice] if release.notice else []),
        f"Bản phát hành {release.release_id}, tính đến {moment(release.as_of)} (giờ Việt Nam). | "
        f"Release {release.release_id}, as of {release.as_of:%Y-%m-%d %H:%M} (Vietnam time).",
        f"Các tháng từ {day(release.first_day)} đến {day(release.last_day)}. | "
        f"Months from {release.first_day} to {release.last_day}.",
        "Mỗi bảng một trang hoặc một tệp; nghĩa, đơn vị và cách không được cộng của từng cột: "
        "dictionary/dictionary.html. | One sheet or file for each table; what each column means, its unit and how it "
        "must not be added up: dictionary/dictionary.html.",
        "is_met (đạt hay không) được xét trên số nguyên; value chỉ để xem và sắp xếp. | "
        "is_met is decided on whole numbers; value is for showing and sorting only.",
        f"Tử số, mẫu số, số lũy kế. {rules['by_measure_to_date'].vi} | "
        f"Numerators, denominators, values to date. {rules['by_measure_to_date'].en}",
        f"Giá trị, tỷ lệ, điểm, hạng. {rules['never'].vi} | Values, ratios, scores, ranks. {rules['never'].en}",
        "Ô trống là không có số, không phải số 0; cột status nói vì sao. | "
        "An empty cell is no figure, not zero; the column status says why.",
        RIGHTS.both,
    ]


def csv_note(release: Release) -> str:
    """The note of the CSV archive: the general one, and what Excel does to text of digits."""
    more = (
        "Mở bằng nhấn đúp, Excel bỏ số 0 ở đầu các mã như 00655; cần giữ nguyên mã thì dùng các tệp XLSX, hoặc cột "
        "unit_key. | On a double click Excel drops the zeros before codes such as 00655; use the XLSX files, or the "
        "column unit_key, to keep them.",
        "Dấu nháy đơn ở đầu ô (trước = + - @) được thêm để Excel không coi ô ấy là công thức; bản trong csv/ không có. "
        "| An apostrophe before = + - @ keeps Excel from taking a cell for a formula; the files in csv/ have none.",
    )
    return "".join(f"{line}\n" for line in (*paragraphs(release), *more))
