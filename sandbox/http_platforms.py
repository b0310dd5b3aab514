"""How each simulated platform is asked, and the envelope it answers in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


@dataclass(frozen=True)
class Wanted:
    """One page of one window of a dataset."""

    dataset: str
    part: str
    first: date
    last: date
    page: int
    size: int


@dataclass(frozen=True)
class Told:
    """The records of a page, and what is told of all of them; `shape` is the content as its file has it."""

    rows: Sequence[Any]
    total: int
    pages: int
    page: int
    shape: Any
    is_circle: bool = False


class Platform(Protocol):
    """One system's interface."""

    login: str
    path: str

    def token(self, token: str, seconds: float) -> object:
        """The answer to a login."""

    def wanted(self, query: Mapping[str, str]) -> Wanted:
        """What a query asks for; raises KeyError or ValueError for one that is wrong."""

    def records(self, content: Any) -> list[Any]:
        """All records of a file's content."""

    def answer(self, told: Told) -> tuple[object, dict[str, str]]:
        """Body and headers."""


class BorderGate:
    """`pageNumber` and `pageSize`; three envelopes by turns, as the files have them."""

    login = "/api/user/authentication"
    path = "/api/registration-transport/get-all-regtrans-v2"

    def token(self, token: str, seconds: float) -> object:
        return _enveloped({"token": token, "expiresIn": int(seconds)})

    def wanted(self, query: Mapping[str, str]) -> Wanted:
        first, last = date.fromisoformat(query["fromDate"]), date.fromisoformat(query["toDate"])
        return Wanted("platform_declarations", "-", first, last, int(query["pageNumber"]), int(query["pageSize"]))

    def records(self, content: Any) -> list[Any]:
        data = content["data"]
        found: list[Any] = data if isinstance(data, list) else data.get("listData", data.get("records"))
        return found

    def answer(self, told: Told) -> tuple[object, dict[str, str]]:
        data = told.shape["data"]
        if isinstance(data, list):
            return _enveloped(list(told.rows)), {}
        if "records" in data:
            return _enveloped({"records": list(told.rows), "total": told.total, "totalPages": str(told.pages)}), {}
        return _enveloped({"listData": list(told.rows), "totalCount": str(told.total), "totalPage": told.pages}), {}


def _enveloped(data: object) -> object:
    return {"result": 1, "code": "00", "message": "Thành công", "data": data}


class CitizenApp:
    """Each answer names the state that leads to the next."""

    login = "/api/dang-nhap"
    path = "/api/thong-ke/tai-khoan"

    def token(self, token: str, seconds: float) -> object:
        return {"access_token": token, "token_type": "bearer", "expires_in": int(seconds)}

    def wanted(self, query: Mapping[str, str]) -> Wanted:
        day = date.fromisoformat(query["ngay_chot"])
        page = int(query.get("state", "trang-1").removeprefix("trang-"))
        return Wanted("accounts", "-", day, day, page, int(query["size"]))

    def records(self, content: Any) -> list[Any]:
        found: list[Any] = content["data"]
        return found

    def answer(self, told: Told) -> tuple[object, dict[str, str]]:
        after = told.page + (0 if told.is_circle else 1)
        state = f"trang-{after}" if after <= told.pages else ""
        return {"data": list(told.rows), "total": told.total, "state": state}, {}


class DigitalRadio:
    """`page` and `page_size`; the count of pages stands in a header."""

    login = "/api/v1/login"
    path = "/api/v1/device"

    def token(self, token: str, seconds: float) -> object:
        return {"token": token}

    def wanted(self, query: Mapping[str, str]) -> Wanted:
        day = date.fromisoformat(query["date"])
        return Wanted("devices", "-", day, day, int(query["page"]), int(query["page_size"]))

    def records(self, content: Any) -> list[Any]:
        found: list[Any] = content["data"]
        return found

    def answer(self, told: Told) -> tuple[object, dict[str, str]]:
        return {"data": list(told.rows)}, {"x-pagination-page_count": str(told.pages)}


PLATFORMS: dict[str, Platform] = {
    "border_gate": BorderGate(),
    "citizen_app": CitizenApp(),
    "digital_radio": DigitalRadio(),
}
