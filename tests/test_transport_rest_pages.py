"""What pages add up to, without a server: the cases a year of pulls meets and a mood cannot cause alone."""

from pathlib import Path

import pytest

from sources.transports.model import Cursor, PageNumber, RestPull
from sources.transports.rest_client import Answer
from sources.transports.rest_json import BrokenAnswer, canonical, parsed, whole_number
from sources.transports.rest_paging import DoesNotAddUp, Page, Received, Reckoning, read_page
from sources.transports.rest_spool import Spool

NUMBERED = PageNumber(
    style="page_number", number="page", size_name="size", size=2, pages=("data.totalPage",), total=("data.totalCount",)
)
CURSOR = Cursor(style="cursor", name="state", next="state", total=("total",))


def reckoned(folder: Path, *pages: Page, key: tuple[str, ...] = ("id",)) -> str:
    spool, reckoning = Spool(folder, key), Reckoning()
    for page in pages:
        reckoning.add(page, spool.add(page.rows))
    verdict = reckoning.judge(spool.received())
    spool.close()
    return verdict


def rows(*numbers: int) -> list[object]:
    return [{"id": number, "text": f"dòng {number}"} for number in numbers]


def test_a_window_that_grows_at_its_end_is_whole_when_all_its_rows_came(tmp_path: Path) -> None:
    assert reckoned(tmp_path, Page(rows(1, 2), 2, 3), Page(rows(3, 4), 2, 4)) == "whole"


def test_a_window_that_grows_at_its_start_has_lost_a_row(tmp_path: Path) -> None:
    with pytest.raises(DoesNotAddUp, match="4 records and gave 3"):
        reckoned(tmp_path, Page(rows(2, 1), 2, 3), Page(rows(1, 3), 2, 4))


def test_a_window_that_shrinks_has_lost_a_row_though_its_count_fits(tmp_path: Path) -> None:
    with pytest.raises(DoesNotAddUp, match="went down"):
        reckoned(tmp_path, Page(rows(1, 2), 2, 4), Page(rows(4), 2, 3))


def test_pages_that_are_counted_and_their_rows_not_are_of_one_length_but_the_last(tmp_path: Path) -> None:
    assert reckoned(tmp_path, Page(rows(1, 2), 2, None), Page(rows(3), 2, None)) == "whole"
    with pytest.raises(DoesNotAddUp, match="one length"):
        reckoned(tmp_path, Page(rows(1), 2, None), Page(rows(2, 3), 2, None))
    with pytest.raises(DoesNotAddUp, match="changed"):
        reckoned(tmp_path, Page(rows(1, 2), 2, None), Page(rows(3, 4), 3, None), Page(rows(5), 3, None))


def test_a_page_that_holds_a_record_twice_loses_none_and_two_pages_that_do_may(tmp_path: Path) -> None:
    assert reckoned(tmp_path, Page(rows(1, 1), 2, 3), Page(rows(2), 2, 3)) == "whole"
    with pytest.raises(DoesNotAddUp):
        reckoned(tmp_path, Page(rows(1, 2), 2, 3), Page(rows(2), 2, 3))


def test_two_versions_on_two_pages_are_believed_after_a_second_reading(tmp_path: Path) -> None:
    changed: list[object] = [{"id": 2, "text": "đã sửa"}]
    assert reckoned(tmp_path, Page(rows(1, 2), 2, 3), Page(changed, 2, 3)) == "unsure"


def test_records_without_their_key_are_told_apart_by_their_content(tmp_path: Path) -> None:
    assert reckoned(tmp_path, Page(rows(1, 2), 2, 3), Page(rows(3), 2, 3), key=("renamed",)) == "whole"


def test_nothing_counted_and_nothing_sent_is_not_sure(tmp_path: Path) -> None:
    assert reckoned(tmp_path, Page([], None, None), Page([], None, None)) == "unsure"
    assert Reckoning().judge(Received(0, 0, 0, 0)) == "unsure"


def test_counts_may_be_texts_and_envelopes_may_differ() -> None:
    answer = Answer({"data": {"records": [1], "totalPage": "3", "totalCount": "25"}}, {})
    assert read_page(answer, ("data.listData", "data.records"), NUMBERED) == Page([1], 3, 25)
    assert read_page(Answer({"data": [], "state": "", "total": 0}, {}), ("data",), CURSOR) == Page([], None, 0, None)
    assert read_page(Answer({"data": [1], "state": 7}, {}), ("data",), CURSOR).next == "7"
    assert [whole_number(value) for value in ("12", 12, True, "-1", -1, "x", None, 1.5)] == [12, 12] + [None] * 6
    with pytest.raises(BrokenAnswer, match="no list"):
        read_page(Answer({"data": None}, {}), ("data",), CURSOR)


def test_no_digit_and_no_letter_is_lost_on_the_way(tmp_path: Path) -> None:
    body = b'{"n": 1.10, "e": 1E400, "big": 12345678901234567890123, "half": "\\ud800", "name": "T\xc3\xa2n Thanh\\t"}'
    value = parsed(body)
    assert canonical(value) == (
        b'{"big":12345678901234567890123,"e":"1E400","half":"\\ud800","n":"1.10","name":"T\xc3\xa2n Thanh\\t"}'
    )
    assert parsed(canonical(value)) == value
    for broken in (b"", b"{", b'{"a": "\xff"}', b"  <html>", b"[" * 200_000):
        with pytest.raises(BrokenAnswer):
            parsed(broken)


def test_the_file_has_the_list_where_the_contract_says(tmp_path: Path) -> None:
    spool = Spool(tmp_path, ("id",))
    spool.add(rows(2, 1))
    assert spool.write(tmp_path / "x.json", "data.listData")[0] == 2
    spool.close()
    assert parsed((tmp_path / "x.json").read_bytes()) == {"data": {"listData": rows(1, 2), "totalCount": 2}}
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


def test_a_pull_names_variables_and_never_their_values() -> None:
    with pytest.raises(ValueError, match="LANGSON_"):
        RestPull.model_validate(
            {"address": "https://host/", "path": "/", "paging": NUMBERED, "rows": ["data"], "key": ["id"], "file": "x"}
        )
