"""The simulated province: same seed, same bytes; its truth counted by hand; its dirt accounted for; no left-overs."""

import json
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from lxml import html

from sandbox import e_office, online_public_services, reporting_system
from sandbox.e_office import Office, WorkFile
from sandbox.frame import DirtTally, MeasureValue, Settings, World, load_world, recount_distinct
from sandbox.generate import NotASandbox, generate
from sandbox.known import known_by
from sandbox.online_public_services import Dossier, Portal
from sandbox.online_public_services_files import SYNCHRONISED
from sandbox.procedures import CHANGE, START, Level, Procedure
from sandbox.spelling import formal_name, spellings, without_accents

SMALL = Settings(seed=5, scale=0.001)
SHORT = Settings(seed=5, scale=0.001, first=date(2022, 11, 1))
SOURCES = {"e_office": e_office, "online_public_services": online_public_services}


Truths = dict[bool, dict[str, list[MeasureValue]]]


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(SMALL)


@pytest.fixture(scope="module")
def truths(world: World) -> Truths:
    """What is true of each source of the world; under True what of it the deliveries can show."""
    entities = {name: module.build(world) for name, module in SOURCES.items()}
    return {
        reached: {name: module.truth(entities[name], world, reached) for name, module in SOURCES.items()}
        for reached in (False, True)
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sandbox")
    generate(home, SHORT)
    return home


def contents(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def by_unit(rows: list[MeasureValue], measure: str, month: date) -> dict[tuple[str, str], int]:
    found = {(row.tier, row.unit_code): row.value_to_date for row in rows}
    assert found, f"no row of {measure}"
    return {
        (row.tier, row.unit_code): row.value_to_date
        for row in rows
        if row.measure_code == measure and row.period_start == month
    }


def test_the_same_settings_make_the_same_bytes_and_another_seed_makes_others(home: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again", SHORT)
    first, again = contents(home), contents(tmp_path / "again")
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
    office = e_office.build(load_world(Settings(seed=6, scale=0.001)))
    assert office.parts != e_office.build(load_world(SMALL)).parts


def test_unchanged_settings_do_nothing_and_other_settings_leave_no_old_file(tmp_path: Path) -> None:
    generate(tmp_path, SHORT)
    assert not generate(tmp_path, SHORT).changed
    (tmp_path / "inbox" / "e_office" / "left_over.xlsx").write_bytes(b"old")
    (tmp_path / "truth" / "left_over.parquet").write_bytes(b"old")
    assert generate(tmp_path, SHORT).changed, "a strange file in the inbox must make it anew"
    assert [name for name in contents(tmp_path) if "left_over" in name] == []
    manifest = json.loads((tmp_path / "inbox" / "manifest.json").read_text(encoding="utf-8"))
    listed = [f"{'served' if 'served' in item else 'inbox'}/{item['path']}" for item in manifest["deliveries"]]
    present = {name for name in contents(tmp_path) if name.startswith(("inbox/", "served/"))}
    assert len(listed) == len(set(listed))
    assert present == {*listed, "inbox/manifest.json"}
    assert {name.split("/")[1] for name in listed if name.startswith("served/")} >= {"border_gate", "citizen_app"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_inbox_that_was_not_made_here_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "real.xlsx").write_bytes(b"a person's file")
    with pytest.raises(NotASandbox):
        generate(tmp_path, SHORT)
    assert contents(tmp_path) == {"inbox/real.xlsx": b"a person's file"}


def test_the_manifest_is_in_order_of_reception_and_ends_by_the_sandboxs_last_day(home: Path) -> None:
    manifest = json.loads((home / "inbox" / "manifest.json").read_text(encoding="utf-8"))
    moments = [item["received_at"] for item in manifest["deliveries"]]
    assert manifest["origin"] == "sandbox"
    assert moments == sorted(moments)
    assert moments[0].startswith("2021") and moments[-1] <= "2023-01-31T18:00:00"


def test_clean_sandboxes_are_known_wholly_and_dirty_ones_by_what_was_lost(truths: Truths) -> None:
    clean_world = load_world(Settings(seed=5, scale=0.001, dirt=False))
    for name, module in SOURCES.items():
        clean = module.build(clean_world)
        assert module.truth(clean, clean_world, True) == module.truth(clean, clean_world, False), name
        assert truths[True][name] != truths[False][name], name


def test_the_tally_counts_every_lost_thing_once(world: World, tmp_path: Path) -> None:
    tally = DirtTally()
    office = e_office.build(world)
    e_office.write(office, world, tmp_path, tally)
    marked = Counter(file.lost for file in office.files() if file.lost)
    assert {kind: tally.counts["e_office", kind] for kind in marked} == {kind: (0, n) for kind, n in marked.items()}
    portal = online_public_services.build(world)
    online_public_services.write(portal, world, tmp_path, tally)
    marked = Counter(dossier.lost for dossiers in portal.parts.values() for dossier in dossiers if dossier.lost)
    assert sum(lost for (source, _), (_, lost) in tally.counts.items() if source == "online_public_services") == sum(
        marked.values()
    )


def test_work_files_are_counted_as_a_person_counts_them(world: World) -> None:
    def file(unit: str, closed: date | None, form: str, secrecy: str = "thuong", lost: str = "") -> WorkFile:
        return WorkFile("HSCV", world.units[unit], date(2021, 12, 1), closed, form, secrecy, lost=lost)

    office = Office(
        {
            "SO_TTTT": [
                file("SO_TTTT", date(2021, 12, 31), "dien_tu"),
                file("SO_TTTT", date(2022, 1, 1), "dien_tu"),
                file("SO_TTTT", date(2022, 2, 28), "hon_hop"),
                file("SO_TTTT", date(2022, 2, 3), "giay"),
                file("SO_TTTT", date(2022, 2, 3), "dien_tu", secrecy="Mật"),
                file("SO_TTTT", None, "dien_tu"),
                file("SO_TTTT", date(2023, 1, 2), "dien_tu"),
            ],
            "183": [
                file("183", date(2022, 2, 10), "dien_tu"),
                file(world.children("183", "commune")[0].code, date(2022, 2, 11), "dien_tu", lost="missing_key"),
            ],
        }
    )
    rows = e_office.truth(office, world, reached=False)
    february = date(2022, 2, 1)
    commune = world.children("183", "commune")[0].code
    assert by_unit(rows, "work_files_closed", february) == {
        ("department", "SO_TTTT"): 3,
        ("department", "20"): 3,
        ("district", "183"): 1,
        ("district", "20"): 1,
        ("commune", commune): 1,
        ("commune", "183"): 1,
        ("commune", "20"): 1,
    }
    assert by_unit(rows, "work_files_closed_online", february)["department", "20"] == 1
    assert by_unit(rows, "work_files_closed_online_or_mixed", february)["department", "20"] == 2
    assert by_unit(rows, "work_files_closed", date(2021, 12, 1))["department", "20"] == 1
    known = e_office.truth(office, world, reached=True)
    assert ("commune", "20") not in by_unit(known, "work_files_closed", february)


def test_dossiers_are_counted_as_a_person_counts_them(world: World) -> None:
    changing = Procedure("1.000001", "", "department", "SO_XD", "đang công khai", True, [])
    changing.levels += [Level(2, START, date(2022, 8, 14)), Level(4, CHANGE, None)]

    def dossier(channel: str | None, *steps: tuple[datetime, int], components: int = 2, digitised: int = 1) -> Dossier:
        return Dossier(
            "H37.001-220601-00001",
            world.units["SO_XD"],
            changing,
            changing.full_code,
            channel,
            steps[0][0],
            list(steps),
            components,
            digitised,
            has_result_file=channel == "2",
        )

    may, june, august, september = (datetime(2022, month, 20, 9) for month in (5, 6, 8, 9))
    dossiers = [
        dossier("1", (may, 2), (june, 9)),  # before the digitisation starts
        dossier("2", (may, 1), (june, 2), (august, 9), (september, 10)),
        dossier("2", (august, 2), (september, 10), digitised=2),
        dossier("2", (august, 1)),  # nobody has taken it in
        dossier(None, (august, 2), (september, 3)),  # taken in, then refused
        dossier("3", (august, 2), (september, 7), components=0, digitised=0),
    ]
    portal = Portal({"SO_XD": dossiers}, {}, {"SO_XD": datetime(2022, 12, 31)})
    rows = online_public_services.truth(portal, world, reached=False)
    expected = {
        "dossiers_received": 4,
        "dossiers_received_online": 2,
        "dossiers_received_level_3_4": 2,
        "dossiers_received_online_level_3_4": 1,
        "dossiers_received_online_with_electronic_result": 2,
        "dossiers_with_components": 2,
        "dossiers_components_digitised": 2,
        "dossiers_all_components_digitised": 1,
        "dossiers_resolved": 2,
        "dossiers_results_digitised": 2,
        "dossiers_resolved_or_withdrawn": 3,
        "dossiers_results_digitised_or_withdrawn": 2,
        "procedures_level_3_4_with_dossiers": 1,
        "procedures_level_3_4_with_online_dossiers": 1,
        "procedures_of_units_level_3_4_with_dossiers": 1,
        "procedures_of_units_level_3_4_with_online_dossiers": 1,
    }
    month = date(2022, 9, 1)
    counted = {measure: by_unit(rows, measure, month).get(("department", "20"), 0) for measure in expected}
    assert counted == expected
    assert by_unit(rows, "dossiers_resolved", date(2022, 8, 1))["department", "SO_XD"] == 1


def test_distinct_things_are_counted_afresh_in_every_subtree_and_year(world: World) -> None:
    first, second = (unit.code for unit in world.children("183", "commune")[:2])
    items = [
        ("commune", first, date(2021, 12, 1), "a"),
        ("commune", first, date(2022, 1, 1), "a"),
        ("commune", second, date(2022, 2, 1), "a"),
        ("commune", second, date(2022, 2, 1), "b"),
    ]
    rows = recount_distinct(world, "m", items)
    assert by_unit(rows, "m", date(2022, 2, 1)) == {
        ("commune", first): 1,
        ("commune", second): 2,
        ("commune", "183"): 2,
        ("commune", "20"): 2,
    }


def test_procedures_once_for_each_unit_add_up_to_more_than_the_distinct_ones(world: World, truths: Truths) -> None:
    rows = truths[False]["online_public_services"]
    for channel in ("with_dossiers", "with_online_dossiers"):
        distinct = by_unit(rows, f"procedures_level_3_4_{channel}", date(2022, 12, 1))
        of_units = by_unit(rows, f"procedures_of_units_level_3_4_{channel}", date(2022, 12, 1))
        communes = {unit.code for unit in world.of_level("commune")}
        own = sum(count for (tier, unit), count in distinct.items() if tier == "commune" and unit in communes)
        assert of_units["commune", "20"] == own > distinct["commune", "20"]


def test_no_numerator_is_above_its_denominator(truths: Truths) -> None:
    pairs = (
        ("work_files_closed_online_or_mixed", "work_files_closed"),
        ("dossiers_received_online", "dossiers_received"),
        ("procedures_level_3_4_with_online_dossiers", "procedures_level_3_4_with_dossiers"),
        ("dossiers_components_digitised", "dossiers_with_components"),
        ("dossiers_results_digitised", "dossiers_resolved"),
    )
    rows = [row for found in truths[False].values() for row in found]
    values = {(row.measure_code, row.tier, row.unit_code, row.period_start): row.value_to_date for row in rows}
    for numerator, denominator in pairs:
        above = [key for key in values if key[0] == numerator and values[key] > values.get((denominator, *key[1:]), 0)]
        assert above == [], f"{numerator} above {denominator}"


def test_every_unit_has_work_in_every_year(world: World, truths: Truths) -> None:
    rows = [row for found in truths[True].values() for row in found]
    for measure in ("work_files_closed", "dossiers_received"):
        for year in (2021, 2022):
            counted = by_unit(rows, measure, date(year, 12, 1))
            idle = [
                unit.code for unit in world.units.values() if not counted.get((unit.level, unit.code)) and unit.parent
            ]
            assert idle == [], f"{measure} {year}"


def test_every_spelling_names_one_unit_among_its_siblings(world: World) -> None:
    for district in world.of_level("district"):
        spelt: dict[str, str] = {}
        for unit in world.children(district.code, "commune"):
            for text in [formal_name(unit), *spellings(unit, world)]:
                plain = " ".join(text.split())
                assert spelt.setdefault(plain, unit.code) == unit.code, text
    assert without_accents("Đình Lập") == "Dinh Lap"


def test_the_files_open_and_look_like_the_exports_they_simulate(home: Path) -> None:
    inbox = home / "inbox"
    sheet = openpyxl.load_workbook(inbox / "online_public_services" / "SoTheoDoiHoSo_183_202211.xlsx").active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "Từ ngày 01/11/2022 đến ngày 30/11/2022" in cells[2]
    assert any(cell == "Thời gian" for row in cells for cell in row)
    assert [row[1] for row in cells if row[0] == "I"] == ["UBND huyện Cao Lộc"]
    assert any(row[1] == "Tổng cộng" for row in cells)
    page = html.fromstring((inbox / "e_office" / "SoHSCV_184_202211.html").read_bytes())
    assert "Mã HSCV" in [cell.text for cell in page.iter("th")]
    synchronised = json.loads((inbox / "online_public_services" / "DongBoHoSo_178_202211.json").read_bytes())
    assert {"MaHoSo", "TaiLieuNop"} <= synchronised["data"][0].keys()
    for path in inbox.rglob("*.xlsx"):
        assert zipfile.is_zipfile(path), path.name


def test_what_can_be_known_of_things_that_change_grows_with_the_deliveries_until_it_is_the_known_truth(
    world: World,
) -> None:
    settings = world.settings
    months = [f"{day:%Y%m}" for day in world.months() if day.year == settings.last.year]
    stems = ["{}0101-{}1231".format(*[settings.first.year] * 2), *months]
    paths = {
        f"online_public_services/SoTheoDoiHoSo_{unit.code}_{stem}.xlsx"
        for unit in world.units.values()
        for stem in stems
    }
    paths |= {f"online_public_services/DongBoHoSo_{code}_{stem}.json" for code in SYNCHRONISED for stem in months}
    paths |= {
        f"reporting_system/BC_tong_hop_Q{quarter}_{year}.xlsx"
        for quarter in range(1, 5)
        for year in (settings.first.year, settings.last.year)
    }

    def known(paths: set[str]) -> dict[tuple[str, str, str, date], int]:
        return {value[:4]: value.value_month for value in known_by(settings, paths)}

    truth = {
        value[:4]: value.value_month
        for module in (online_public_services, reporting_system)
        for value in module.truth(module.build(world), world, True)
    }
    assert known(paths) == truth
    # A synchronisation tells of three more days than its window has.
    late = ("_202212", "Q4_2022", *(f"DongBoHoSo_{code}_202211" for code in SYNCHRONISED))
    before = known({path for path in paths if not any(part in path for part in late)})
    # What December's registers refuse was still taken for received, and the results they bring were not there.
    for measure, sign in (("dossiers_received", 1), ("dossiers_received_online_with_electronic_result", -1)):
        november = [key for key in truth | before if key[0] == measure and key[3] == date(2022, 11, 1)]
        changes = [sign * (before.get(key, 0) - truth.get(key, 0)) for key in november]
        assert november and min(changes) >= 0, measure
    assert sum(changes) > 0
    assert {key for key, value in before.items() if value and key[0] == "dossiers_received" and key[3].month == 12} <= {
        key for key in truth if key[3].year == settings.first.year
    }
    assert {key[0] for key in known(set())} & {"dossiers_received", "reports_due"} == set()
