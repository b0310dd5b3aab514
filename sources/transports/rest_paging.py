"""The pages of one window: how the next one is asked for, and whether what came is a whole window.

An interface that stumbles looks like one that has little to say: an early empty page, the same page twice, rows lost
between two pages because a record came in before them. So nothing is whole until it adds up: to the count of rows the
server tells, else to its count of pages; where it tells neither, or where a record is in two versions on two pages, to
a second reading of the window that brings exactly the same. A record that comes again unchanged on a later page stands
in the place of another that was not seen, unless the count of different records is the one told.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sources.transports.model import Cursor, PageHeader, PageNumber, Place
from sources.transports.rest_client import Answer
from sources.transports.rest_json import BrokenAnswer, at, whole_number

_MOST_PAGES = 100_000
Verdict = Literal["whole", "unsure"]


class DoesNotAddUp(Exception):
    """The pages are no whole window."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} | {en}")
        self.vi, self.en = vi, en


@dataclass(frozen=True)
class Page:
    """One page: its records, and what its answer tells of the whole: pages, rows, the state to ask for next."""

    rows: list[object]
    pages: int | None
    total: int | None
    next: str | None = None


def read_page(answer: Answer, rows: tuple[Place, ...], paging: PageNumber | Cursor | PageHeader) -> Page:
    """What the contract says an answer holds; raises BrokenAnswer when there is no list of records."""
    found = next((value for place in rows if isinstance(value := at(answer.body, place), list)), None)
    if found is None:
        raise BrokenAnswer("câu trả lời không có danh sách bản ghi", "the answer has no list of records")
    if isinstance(paging, PageHeader):
        pages = whole_number(answer.headers.get(paging.header))
        if pages is None:
            raise BrokenAnswer(f"thiếu số trang ở {paging.header}", f"no count of pages in {paging.header}")
        return Page(found, pages, None)
    total = _first_count(answer.body, paging.total)
    if isinstance(paging, PageNumber):
        return Page(found, _first_count(answer.body, paging.pages), total)
    state = at(answer.body, paging.next)
    return Page(found, None, total, str(state) if state not in (None, "") else None)


def _first_count(body: object, places: tuple[Place, ...]) -> int | None:
    return next((count for place in places if (count := whole_number(at(body, place))) is not None), None)


def walk(paging: PageNumber | Cursor | PageHeader, ask: Callable[[Mapping[str, str]], Page]) -> Iterator[Page]:
    """Every page to the end that the answers tell; raises DoesNotAddUp when they go round in a circle."""
    return _by_state(paging, ask) if isinstance(paging, Cursor) else _by_number(paging, ask)


def _by_number(paging: PageNumber | PageHeader, ask: Callable[[Mapping[str, str]], Page]) -> Iterator[Page]:
    received, was_empty = 0, False
    for index in range(_MOST_PAGES):
        page = ask({paging.number: str(paging.first + index), paging.size_name: str(paging.size)})
        yield page
        received += len(page.rows)
        if page.pages is not None:
            at_end = index + 1 >= page.pages
        elif page.total is not None:
            at_end = received >= page.total or not page.rows
        else:
            at_end = was_empty and not page.rows  # one empty page alone is as likely a stumble as the end
        if at_end:
            return
        was_empty = not page.rows
    raise DoesNotAddUp("quá nhiều trang", "too many pages")


def _by_state(paging: Cursor, ask: Callable[[Mapping[str, str]], Page]) -> Iterator[Page]:
    size = {paging.size_name: str(paging.size)} if paging.size_name and paging.size else {}
    page = ask(size)
    seen: set[str] = set()
    yield page
    while page.next is not None:
        if page.next in seen or len(seen) >= _MOST_PAGES:
            raise DoesNotAddUp("con trỏ trang quay vòng", "the states go round in a circle")
        seen.add(page.next)
        page = ask({**size, paging.name: page.next})
        yield page


@dataclass(frozen=True)
class Received:
    """What a reading of all pages brought: rows in all, different keys, records met again on a later page unchanged,
    and in another version."""

    rows: int
    keys: int
    again: int
    changed: int


class Reckoning:
    """Adds up the pages of one reading of a window."""

    def __init__(self) -> None:
        self._lengths: list[int] = []
        self._pages: list[int] = []
        self._totals: list[int] = []
        self._before = b""

    def add(self, page: Page, content: bytes) -> None:
        """Take one page, `content` standing for its records; raises DoesNotAddUp as soon as it is sure."""
        number = len(self._lengths) + 1
        if page.rows and content == self._before:
            raise DoesNotAddUp(f"trang {number} lặp lại trang trước", f"page {number} repeats the page before")
        if self._lengths and not self._lengths[-1] and page.rows:
            raise DoesNotAddUp(f"trang {number - 1} trống giữa chừng", f"page {number - 1} is empty mid-way")
        if not page.rows and (page.next is not None or (page.pages is not None and number < page.pages)):
            raise DoesNotAddUp(f"trang {number} trống giữa chừng", f"page {number} is empty mid-way")
        self._before = content
        self._lengths.append(len(page.rows))
        if page.pages is not None:
            self._pages.append(page.pages)
        if page.total is not None:
            self._totals.append(page.total)

    @property
    def grew(self) -> bool:
        """Whether the count of rows changed between two pages."""
        return len(set(self._totals)) > 1

    def judge(self, received: Received) -> Verdict:
        """Whether the pages are the whole window; "unsure" asks for a second reading. Raises DoesNotAddUp."""
        if self._totals:
            return self._against_total(received)
        if received.again:
            raise DoesNotAddUp(
                "bản ghi của trang trước lặp lại ở trang sau", "records of one page come again on another"
            )
        if self._pages:
            return self._against_pages(received)
        return "unsure"

    def _against_total(self, received: Received) -> Verdict:
        total = self._totals[-1]
        if sorted(self._totals) != self._totals:
            # A record that went moved the later ones forward: as many rows as told, and one of them unseen.
            raise DoesNotAddUp("tổng số giảm giữa chừng", "the count of rows went down mid-way")
        if received.keys == total:
            return "whole"
        if received.rows == total and not received.again:
            # Two versions of one record are two rows of the list, if the list is the same when it is read again.
            return "unsure" if received.changed else "whole"
        raise DoesNotAddUp(
            f"máy chủ nói có {total} bản ghi, chỉ nhận được {received.keys}"
            if received.keys < total
            else f"máy chủ nói có {total} bản ghi, nhận được tới {received.keys}",
            f"the server tells of {total} records and gave {received.keys}",
        )

    def _against_pages(self, received: Received) -> Verdict:
        if len(set(self._pages)) > 1:
            raise DoesNotAddUp("số trang thay đổi giữa chừng", "the count of pages changed mid-way")
        *full, last = self._lengths
        if any(length != full[0] for length in full) or (full and not 0 < last <= full[0]):
            raise DoesNotAddUp("các trang không dài bằng nhau", "the pages are not of one length")
        return "unsure" if received.changed or not received.rows else "whole"
