"""Loudspeakers of the simulated communes on the radio platform, and what the department's own list says of them.

Made up throughout. The two disagree here and there, as lists kept by different people do.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sandbox.frame import Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock

COMMUNE, VILLAGE, DISTRICT, PROVINCE = 3, 4, 2, 1
LOST_KINDS = ("unknown_area", "unreadable_date")
SPOIL_KINDS = ("swapped_coordinates", "volume_out_of_range", "unknown_status", "unreadable_volume", "listed_twice")
LISTED = ("communes_with_commissioned_digital_radio", "communes_with_several_digital_radio_clusters")
ON_LIST = "communes_with_digital_radio_on_department_list"
_FAR = date(2999, 1, 1)


@dataclass
class Device:
    """One loudspeaker cluster. `unit` is its commune, or the district or province whose own it is."""

    code: str
    unit: str
    division: int
    village: str
    created: date
    connected: date  # first; far in the future when never
    locked: tuple[date, date]  # from, until
    removed: date
    lost: str = ""
    spoiled: str = ""


@dataclass
class ListRow:
    """A commune's line on the department's list. `states` is (clusters, state) on each of its days."""

    commune: str
    kind: str
    invested: int
    states: list[tuple[int | None, str]]
    lost: bool = False


@dataclass
class Radio:
    """Everything on the platform and on the list, and the days they are closed on."""

    devices: list[Device]
    days: list[date]
    rows: list[ListRow]
    list_days: list[date]
    silent: set[date]  # closing days whose list of devices never came


def build(world: World) -> Radio:
    """Some communes of each district have devices; how many differs by district, and grows over the year."""
    generator = world.random("digital_radio")
    last = world.settings.last.year
    days = [month_end(date(last - 1, 12, 1)), *(month_end(date(last, month, 1)) for month in range(1, 13))]
    devices: list[Device] = []
    rows: list[ListRow] = []
    list_days = [date(last - 1, 12, 31), date(last, 6, 30), date(last, 12, 31)]
    for place, district in enumerate(world.of_level("district")):
        share = (0.5, 0.12, 0.34, 0.22, 0.4)[place % 5]
        devices += _of(world, district.code, DISTRICT, 1, generator, last)
        for commune in world.children(district.code, "commune"):
            has = generator.random() < share
            number = int(generator.choice((1, 2, 3, 5), p=(0.35, 0.3, 0.2, 0.15))) if has else 0
            devices += _of(world, commune.code, COMMUNE, number, generator, last)
            rows += _listed(commune.code, has, generator, last)
    devices += _of(world, "20", PROVINCE, 2, generator, last)
    for number, device in enumerate(devices):
        device.code = f"LS{number + 1:018d}"
    radio = Radio(devices, days, rows, list_days, set())
    if world.settings.dirt:
        _spoil(radio, world)
    return radio


def _of(world: World, unit: str, division: int, number: int, generator: np.random.Generator, last: int) -> list[Device]:
    """Devices of one unit: most at work, some never connected, locked for a while, or taken away."""
    found = []
    start = date(last - 1, 3, 1) + timedelta(days=int(generator.integers(0, 640)))
    for _ in range(number):
        created = min(start + timedelta(days=int(generator.integers(0, 90))), date(last, 12, 31))
        if generator.random() < 0.08:
            created = month_end(created) + timedelta(days=1)  # in the export made a day after the closing date
        chance = generator.random()
        connected = _FAR if chance < 0.15 else created + timedelta(days=int(generator.integers(0, 40)))
        if connected != _FAR and created.day == 1:
            connected = created
        locked = (_FAR, _FAR)
        if 0.15 <= chance < 0.32:
            begin = created + timedelta(days=int(generator.integers(10, 200)))
            locked = (begin, begin + timedelta(days=int(generator.integers(20, 120))))
        removed = created + timedelta(days=200) if chance > 0.95 else _FAR
        in_village = division == COMMUNE and generator.random() < 0.4
        village = f"Thôn Nà Mẫu {int(generator.integers(1, 9))}" if in_village else ""
        found.append(
            Device("", unit, VILLAGE if in_village else division, village, created, connected, locked, removed)
        )
    return found


def _listed(commune: str, has: bool, generator: np.random.Generator, last: int) -> list[ListRow]:
    """The old radio of a commune, and mostly its digital one where it has one."""
    old = ListRow(commune, ("FM", "Hữu tuyến")[int(generator.integers(2))], 2012, [(4, "Đang sử dụng")] * 3)
    rows = [old] if generator.random() < 0.8 else []
    if generator.random() < (0.85 if has else 0.06):
        word = ("Ứng dụng CNTT-VT", "Ứng dụng CNTT - VT", "IP")[int(generator.integers(3))]
        begun = int(generator.integers(0, 3))
        states: list[tuple[int | None, str]] = []
        for turn in range(3):
            state = "Đang sử dụng" if turn >= begun else "Chưa đưa vào sử dụng"
            chance = generator.random()
            if turn >= begun and chance < 0.15:
                state = "Hỏng"
            elif turn == 2 and chance < 0.25:
                state = "Đã thanh lý"
            clusters: int | None = int(generator.integers(1, 5))
            if chance > 0.92:
                clusters = 0
            elif chance > 0.84:
                clusters = None
            states.append((clusters, state))
        invested = last + 1 if generator.random() < 0.06 else last - 2
        rows.append(ListRow(commune, word, invested, states))
        if generator.random() < 0.12:
            rows.append(ListRow(commune, "Truyền thanh thông minh", invested, states))
    return rows


def _spoil(radio: Radio, world: World) -> None:
    """Mark what is lost or repairable, the same in every delivery."""
    generator = world.random("digital_radio dirt")
    for device in radio.devices:
        chance = generator.random()
        if chance < 0.04 and device.division >= COMMUNE:
            device.lost = LOST_KINDS[int(generator.integers(len(LOST_KINDS)))]
        elif chance < 0.4:
            device.spoiled = SPOIL_KINDS[int(generator.integers(len(SPOIL_KINDS)))]
    for number in generator.choice([n for n, row in enumerate(radio.rows) if row.invested > 2012], 2, replace=False):
        radio.rows[int(number)].lost = True
    radio.silent.add(radio.days[8])


def is_listed(device: Device, day: date) -> bool:
    """Whether the export made the day after a closing date shows the device."""
    return device.created <= day + timedelta(days=1) and day < device.removed


def is_locked(device: Device, day: date) -> bool:
    """Whether the platform has locked it on a day."""
    return device.locked[0] <= day < device.locked[1]


def truth(entities: Radio, world: World, reached: bool) -> list[MeasureValue]:
    """Communes with one device put to use, with two, and with digital radio in hand by the department's list."""
    counts: dict[str, dict[tuple[str, str, date], int]] = {measure: {} for measure in (*LISTED, ON_LIST)}
    for month in world.months():
        end = month_end(month)
        days = [day for day in entities.days if day <= end and not (reached and day in entities.silent)]
        if days:
            for commune, number in _at_work(entities, days[-1], reached).items():
                counts[LISTED[0]]["place", commune, month] = 1
                if number >= 2:
                    counts[LISTED[1]]["place", commune, month] = 1
        turn = sum(day <= end for day in entities.list_days) - 1
        for row in entities.rows if turn >= 0 else ():
            clusters, state = row.states[turn]
            is_digital = row.kind not in ("FM", "Hữu tuyến") and row.invested <= entities.list_days[turn].year
            if is_digital and state in ("Đang sử dụng", "Hỏng") and clusters != 0 and not (reached and row.lost):
                counts[ON_LIST]["place", row.commune, month] = 1
    return [line for measure, values in counts.items() for line in roll_up_stock(world, measure, values)]


def _at_work(radio: Radio, day: date, reached: bool) -> Counter[str]:
    """Devices of each commune that were made by a day, have connected by then and are not locked."""
    return Counter(
        device.unit
        for device in radio.devices
        if device.division >= COMMUNE
        and is_listed(device, day)
        and device.created <= day
        and device.connected <= day
        and not is_locked(device, day)
        and not (reached and device.lost)
    )


def write(entities: Radio, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """A list of devices a month, the department's list twice a year; see `sandbox.digital_radio_files`."""
    from sandbox.digital_radio_files import RadioFiles

    return RadioFiles(entities, world, inbox, tally).write_all()
