"""The public samples of the education database: each row lands, is excluded, or is rejected for a true reason."""

import csv
import re
from pathlib import Path

import pytest

from sources.door.inspect import inspect

SAMPLES = Path(__file__).parents[1] / ".." / "shared" / "samples" / "education"
CODE = re.compile("[0-9]{5}[0-9A-Z][0-9]{2}|[0-9]{7}[0-9A-Z][0-9]{2}")


def sample(pattern: str) -> Path:
    found = sorted(SAMPLES.glob(pattern)) if SAMPLES.is_dir() else []
    if not found:
        pytest.skip("the public samples of ../shared/samples/education are not beside this checkout")
    return found[0]


def test_the_public_school_list_is_read_to_the_last_row() -> None:
    path = sample("*danh_sach_truong*.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    is_test = {number for number, row in enumerate(rows, 2) if "test" in row[1].casefold().split()}
    is_malformed = {number for number, row in enumerate(rows, 2) if not CODE.fullmatch(row[0])} - is_test
    found = inspect("education", path)
    assert (found.dataset, found.refusal, found.rows_read) == ("schools", "", len(rows))
    assert (len(rows), found.excluded) == (814, {"test_row": len(is_test)})
    assert {(reject["row_number"], reject["rule"], reject["column_name"]) for reject in found.rejects} == {
        (number, "malformed_text", "ma_truong") for number in is_malformed
    }
    assert sorted(str(reject["text"]) for reject in found.rejects) == ["150286", "150354", "191607001"]
    assert found.rows_landed == len(rows) - len(is_test) - len(is_malformed)


def test_the_empty_template_of_the_school_list_is_a_list_of_no_school() -> None:
    found = inspect("education", sample("*Template_Truong_Hoc.xlsx"))
    assert (found.dataset, found.refusal, found.rows_read) == ("schools", "", 0)


def test_the_public_report_of_submissions_lands_every_school() -> None:
    found = inspect("education", sample("*TinhHinhNopTatCaDuLieu*.xlsx"))
    assert (found.dataset, found.refusal, found.window_end) == ("submissions", "", "2021-10-01")
    assert (found.rows_read, found.rows_landed, found.rejects, found.excluded) == (515, 515, [], {})
