"""Reads many deliveries quickly: which files are read at one go, and by which process. Decides nothing."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from sources.door.prepare import Prepared, Preparer

_POOL_FROM = 40
"""With fewer files than this, starting processes costs more than it saves."""
_SPAN = 2_048
"""So many deliveries are given to the readers at one time; what they made of them waits on the disk."""
_TOGETHER_FILES, _TOGETHER_BYTES = 64, 4_000_000
"""Files of one source up to this many and this large are read at one go."""


@dataclass(frozen=True)
class Arrival:
    """A file at the door. `received_at` is given by a simulation's manifest only; else the clock is read.

    `fault` is why it cannot be opened, when that was found before it came to the door.
    """

    path: Path
    source_code: str
    received_at: datetime | None = None
    fault: str = ""


def unit_codes_of_senders() -> frozenset[str]:
    """Codes that may stand in a file name as the sender; the province's "20" is none: too many names hold a 20."""
    from sources.units import load_units

    return frozenset(
        unit.unit_code for unit in load_units() if unit.unit_level != "province" and unit.valid_from.year < 2024
    )


def prepare_all(arrivals: Sequence[Arrival], key: bytes, scratch: Path) -> Iterator[Prepared]:
    """Read every file, in the order given; small ones of one source together, many of them in several processes."""
    codes = unit_codes_of_senders()
    if len(arrivals) < _POOL_FROM:
        preparer = Preparer(key, codes)
        yield from _in_order(arrivals, lambda group: partial(preparer.prepare_all, _files(group), scratch))
        return
    workers = max(1, len(os.sched_getaffinity(0)))
    # Spawned, not forked: the engines' threads do not survive a fork.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (key, codes, scratch))
    try:
        yield from _in_order(arrivals, lambda group: pool.submit(_prepare_in_worker, group).result)
    finally:
        # Whoever stops asking half-way waits for what is being read, and not for all the rest.
        pool.shutdown(cancel_futures=True)


def _in_order(
    arrivals: Sequence[Arrival], read: Callable[[Sequence[Arrival]], Callable[[], Sequence[Prepared]]]
) -> Iterator[Prepared]:
    """Have groups of files read, span by span, and give what was made of them in the order of the files.

    `read` takes a group and gives what waits for it: the first files are decided while others are still being read.
    """
    for start in range(0, len(arrivals), _SPAN):
        span = arrivals[start : start + _SPAN]
        waiting = {places[0]: (places, read([span[place] for place in places])) for places in _together(span)}
        ready: dict[int, Prepared] = {}
        for place in range(len(span)):
            # A group is of use from its first file on.
            if place in waiting:
                places, finish = waiting.pop(place)
                ready.update(zip(places, finish(), strict=True))
            yield ready.pop(place)


def _together(arrivals: Sequence[Arrival]) -> list[list[int]]:
    """Places of the files that are read at one go: small ones of one source, so that the like are typed together."""
    groups: list[list[int]] = []
    open_group: dict[str, tuple[list[int], int]] = {}
    for place, arrival in enumerate(arrivals):
        size = arrival.path.stat().st_size
        group, bytes_before = open_group.get(arrival.source_code, ([], 0))
        if not group or len(group) == _TOGETHER_FILES or bytes_before + size > _TOGETHER_BYTES:
            group, bytes_before = [], 0
            groups.append(group)
        group.append(place)
        open_group[arrival.source_code] = (group, bytes_before + size)
    return groups


_worker: tuple[Preparer, Path] | None = None


def _start_worker(key: bytes, codes: frozenset[str], scratch: Path) -> None:
    global _worker
    _worker = (Preparer(key, codes), scratch)


def _prepare_in_worker(arrivals: Sequence[Arrival]) -> list[Prepared]:
    assert _worker is not None
    preparer, scratch = _worker
    return preparer.prepare_all(_files(arrivals), scratch)


def _files(arrivals: Sequence[Arrival]) -> list[tuple[str, Path, str]]:
    return [(arrival.source_code, arrival.path, arrival.fault) for arrival in arrivals]
