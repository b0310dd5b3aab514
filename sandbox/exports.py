"""When registers are exported and sent: one delivery for all of 2021, then one a month."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from sandbox.frame import AS_OF, World, month_end
from sandbox.spelling import day_text


@dataclass(frozen=True)
class Window:
    """The days one delivery speaks of."""

    first: date
    last: date

    @property
    def cutoff(self) -> datetime:
        """The moment whose state the export shows."""
        return datetime.combine(self.last, time(23, 59, 59))

    @property
    def title(self) -> str:
        """The line every register carries under its name."""
        return f"Từ ngày {day_text(self.first)} đến ngày {day_text(self.last)}"

    @property
    def in_name(self) -> str:
        """How the window stands in a file's name."""
        if self.first.month == self.last.month:
            return f"{self.first:%Y%m}"
        return f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"


def windows(world: World) -> list[Window]:
    """The years before the last as a whole, the months of the last year one by one."""
    found: list[Window] = []
    for month in world.months():
        if month.year == world.settings.last.year:
            found.append(Window(month, month_end(month)))
        elif month.month == 1 or month == world.settings.first:
            found.append(Window(month, date(month.year, 12, 31)))
    return found


def received(window: Window, days: int, generator: np.random.Generator) -> datetime:
    """So many days after the window's end, within office hours, and never after the sandbox's last day."""
    minute = int(generator.integers(8 * 60, 17 * 60))
    moment = datetime.combine(window.last + timedelta(days=days), time(minute // 60, minute % 60))
    return min(moment, AS_OF)


def monthly_counts(world: World, generator: np.random.Generator, per_year: float, least: int) -> list[int]:
    """How many things begin in each month: about even, so that no month looks like a delivery cut short."""
    wanted = per_year * world.settings.scale / 12
    shares = generator.uniform(0.88, 1.12, len(world.months()))
    return [max(least, round(wanted * share)) for share in shares]
