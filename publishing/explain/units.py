"""The units in force on one day as a tree: who lies below whom, and which senders' data reach a unit."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from publishing.explain.model import UnitName

PLACES = frozenset({"province", "district", "commune"})
"""Where people, firms, schools and facilities are: the levels of tier `place`."""


class UnitTree:
    """The units of `dim_unit` in force on a day."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], day: date) -> None:
        in_force = [
            row for row in rows if row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] >= day)
        ]
        in_force.sort(key=lambda row: row["sort_key"])
        self.units = {row["unit_code"]: unit_name(row) for row in in_force}
        self._parents = {row["unit_code"]: row["parent_unit_code"] for row in in_force}
        self._children: dict[str, list[str]] = {}
        for row in in_force:
            self._children.setdefault(row["parent_unit_code"] or "", []).append(row["unit_code"])
        self._levels: dict[str, frozenset[str]] = {}
        self._reached: dict[tuple[str, str, tuple[str, ...]], bool] = {}

    def children(self, unit_code: str) -> list[UnitName]:
        """The units one level down, in the order of their names."""
        return [self.units[code] for code in self._children.get(unit_code, ())]

    def levels_within(self, unit_code: str) -> frozenset[str]:
        """The levels of the unit itself and of all units below it."""
        if unit_code not in self._levels:
            below = (self.levels_within(code) for code in self._children.get(unit_code, ()))
            self._levels[unit_code] = frozenset({self.units[unit_code].unit_level}).union(*below)
        return self._levels[unit_code]

    def is_within(self, unit_code: str, ancestor_code: str) -> bool:
        """Whether a unit is another one or lies below it."""
        code: str | None = unit_code
        while code is not None and code != ancestor_code:
            code = self._parents.get(code)
        return code is not None

    def reaches(self, part: str, unit_code: str, tiers: tuple[str, ...]) -> bool:
        """Whether a sender's data concern a unit: dbt's `int_part_unit` says the same.

        A sender that is no unit (`-`, an operator) concerns all. Another one does where an office of the tiers lies
        both below the sender and below the unit: one of the two then lies within the other.
        """
        asked = (part, unit_code, tiers)
        if asked not in self._reached:
            self._reached[asked] = self._reaches(part, unit_code, tiers)
        return self._reached[asked]

    def _reaches(self, part: str, unit_code: str, tiers: tuple[str, ...]) -> bool:
        if part not in self.units:
            return True
        if self.is_within(part, unit_code):
            lower = part
        elif self.is_within(unit_code, part):
            lower = unit_code
        else:
            return False
        wanted = {level for tier in tiers for level in (PLACES if tier == "place" else {tier})}
        return not wanted.isdisjoint(self.levels_within(lower))


def unit_name(row: Mapping[str, Any]) -> UnitName:
    """A row of `dim_unit` as it is shown."""
    return UnitName(row["unit_key"], row["unit_code"], row["unit_level"], row["label_vi"], row["label_en"])
