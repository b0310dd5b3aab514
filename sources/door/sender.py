"""Which expected part sent a delivery whose file name does not say: its title's unit, else the one its rows share."""

import re
from collections.abc import Sequence

_LABELLED = re.compile(r"^\s*(?:đơn vị(?: báo cáo| gửi)?|cơ quan)\s*:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
WHOLE_PROVINCE = "-"


def labelled_line(title: str) -> str:
    """What follows "Đơn vị:" in the title rows; empty when no row has it."""
    found = _LABELLED.search(title)
    return found[1].strip() if found else ""


def sender_of(title: str, texts_in_rows: Sequence[str], levels: Sequence[str], by_code: bool) -> str:
    """The unit code of the part, or "-" when the delivery speaks of more than one part's units."""
    from sources.units import load_units, resolver_of_2022

    resolver = resolver_of_2022()
    parents = {unit.unit_code: unit.parent_unit_code for unit in load_units() if unit.valid_from.year < 2024}
    level_of = {unit.unit_code: unit.unit_level for unit in load_units() if unit.valid_from.year < 2024}

    def part_of(unit_code: str | None) -> str | None:
        while unit_code is not None and level_of.get(unit_code) not in levels:
            unit_code = parents.get(unit_code)
        return unit_code

    for line in [labelled_line(title), *title.splitlines()]:
        if line and (part := part_of(resolver.resolve(None, line, None, None).unit_code)):
            return part
    found = {
        resolver.resolve(text if by_code else None, None if by_code else text, None, None).unit_code
        for text in texts_in_rows
    }
    parts = {part_of(code) for code in found if code}
    return parts.pop() or WHOLE_PROVINCE if len(parts) == 1 else WHOLE_PROVINCE
