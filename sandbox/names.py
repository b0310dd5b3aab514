"""Made-up people: names, addresses and numbers that belong to nobody. The inbox is synthetic throughout."""

_FAMILY = ("Nguyễn", "Hoàng", "Nông", "Lý", "Vi", "Triệu", "Đàm", "Lương", "Hứa", "Chu", "Phùng")
_MIDDLE = ("Văn", "Thị", "Đức", "Minh", "Thu", "Hữu", "Ngọc")
_GIVEN = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Khánh",
    "Lan",
    "Mai",
    "Nam",
    "Phúc",
    "Quang",
    "Sơn",
    "Tâm",
    "Yến",
)


def person_name(number: int) -> str:
    """A name made from a number; the mark says that it is simulated."""
    family = _FAMILY[number % len(_FAMILY)]
    return f"{family} {_MIDDLE[number // 3 % len(_MIDDLE)]} {_GIVEN[number // 7 % len(_GIVEN)]} (mô phỏng)"


def phone_number(number: int) -> str:
    """A number in the form of a mobile phone's, in a range that is not assigned."""
    return f"0000{number % 1_000_000:06d}"


def address(number: int) -> str:
    """A house that does not exist."""
    return f"Nhà số {number % 300 + 1}, thôn Mô Phỏng"
