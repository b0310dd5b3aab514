"""What could be known on a day of the counts whose things change after their month: the truth by the newest state told.

A dossier taken in in July may be refused in August, a report due in June be sent in July; until the register that tells
it has come, nobody outside can know. Of everything else the truth of a month is the same whenever it is told.
"""

from collections.abc import Collection
from datetime import datetime

from sandbox import online_public_services, reporting_system
from sandbox.exports import windows
from sandbox.frame import MeasureValue, Settings, World, load_world
from sandbox.online_public_services_files import sync_cutoff
from sandbox.reporting_system_files import quarters


def known_by(settings: Settings, paths: Collection[str]) -> list[MeasureValue]:
    """The truth of S01 and S04 after the deliveries of those paths, without what no reader could ever know."""
    world = load_world(settings)
    return _dossiers(world, paths) + _reports(world, paths)


def _dossiers(world: World, paths: Collection[str]) -> list[MeasureValue]:
    portal = online_public_services.build(world)
    shown: dict[str, datetime] = {}
    for part in portal.parts:
        for window in windows(world):
            if f"online_public_services/SoTheoDoiHoSo_{part}_{window.in_name}.xlsx" in paths:
                shown[part] = window.cutoff
            if f"online_public_services/DongBoHoSo_{part}_{window.in_name}.json" in paths:
                shown[part] = sync_cutoff(window)
    portal.known_until = shown
    portal.parts = {part: dossiers for part, dossiers in portal.parts.items() if part in shown}
    return online_public_services.truth(portal, world, reached=True)


def _reports(world: World, paths: Collection[str]) -> list[MeasureValue]:
    told = [
        window.last
        for window in quarters(world)
        if f"reporting_system/BC_tong_hop_Q{(window.first.month + 2) // 3}_{window.first.year}.xlsx" in paths
    ]
    reports = reporting_system.build(world) if told else []
    return reporting_system.truth(reports, world, reached=True, until=max(told, default=None))
