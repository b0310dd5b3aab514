"""The sandbox's people, enterprises and invoices: identifiers, hand-counted truth, and equal files for equal seeds."""

import hashlib
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from stdnum.vn import mst

from sandbox import e_invoices, health_records, population
from sandbox.enterprises import ACTIVE, SUSPENDED, Enterprise, Message, check_digit, spoiled_code, tax_code
from sandbox.frame import DirtTally, Settings, Unit, World, load_world
from sandbox.health_records import BOTH, DUPLICATE, NEVER, TAIL_ONLY, HealthRecords
from sandbox.invoices import CANCELLED, JSON, NEW, XML, Invoices, Seller

SCALE = 0.001


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(Settings(seed=7, scale=SCALE))


@pytest.fixture(scope="module")
def clean_world() -> World:
    return load_world(Settings(seed=7, scale=SCALE, dirt=False))


def small_world() -> World:
    units = [
        Unit("20", "province", "Tỉnh", None),
        Unit("183", "district", "Huyện Cao Lộc", "20"),
        Unit("184", "district", "Huyện Văn Quan", "20"),
        Unit("06184", "commune", "Xã Một", "183"),
        Unit("06211", "commune", "Xã Hai", "184"),
    ]
    return World(Settings(seed=1), {unit.code: unit for unit in units})


def value(rows: list, measure: str, unit: str, month: date) -> int:
    key = (measure, unit, month)
    found = [row.value_month for row in rows if (row.measure_code, row.unit_code, row.period_start) == key]
    return found[0] if found else 0


def test_check_digit_agrees_with_python_stdnum_and_with_the_worked_example() -> None:
    assert check_digit("010483103") == "0"
    for serial in range(1, 3000, 7):
        base = f"49{serial:07d}"
        digit = check_digit(base)
        valid = [last for last in "0123456789" if mst.is_valid(base + last)]
        assert valid == ([digit] if digit else [])


def test_a_spoiled_tax_code_is_never_valid() -> None:
    for serial in range(1, 500, 3):
        code = tax_code("01", serial)
        assert mst.is_valid(code)
        assert not mst.is_valid(spoiled_code(code))
        assert not mst.is_valid(spoiled_code(code + "-001"))


def test_communes_add_up_to_the_scaled_census_and_households_to_every_family() -> None:
    full = load_world(Settings(seed=3, scale=0.02, dirt=False))
    entities = population.build(full)
    communes = entities.by_date[date(2022, 1, 1)]
    assert len(communes) == 200
    assert sum(sum(commune.people) for commune in communes) == round(781_655 * 0.02)
    rows = population.truth(entities, full, reached=False)
    assert value(rows, "population", "20", date(2022, 3, 1)) == round(781_655 * 0.02)
    children = sum(commune.people[0] for commune in communes)
    assert value(rows, "population_15_and_over", "20", date(2022, 3, 1)) == round(781_655 * 0.02) - children


def test_a_lost_population_row_is_missing_from_known_truth_only(world: World) -> None:
    entities = population.build(world)
    day, commune, group = sorted(entities.lost)[0]
    people = next(entry.people for entry in entities.by_date[day] if entry.commune == commune)
    missing = people[population.AGE_GROUPS.index(group)]
    month = date(2022, 5, 1)
    true = value(population.truth(entities, world, False), "population", commune, month)
    known = value(population.truth(entities, world, True), "population", commune, month)
    assert true - known == missing


def tiny_records() -> HealthRecords:
    """Person 0: one record. Person 1: from 06184 to 06211, and back by the later update. Person 2: no longer active."""

    def days(*texts: str) -> np.ndarray:
        return np.array([date.fromisoformat(text).toordinal() if text else 0 for text in texts], np.int32)

    updates = np.zeros((4, 3), np.int32)
    updates[1, 0] = date(2022, 5, 10).toordinal()
    ended = np.array([NEVER, NEVER, NEVER, date(2022, 2, 5).toordinal()], np.int32)
    return HealthRecords(
        3, ["06184", "06211"], np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1]),
        days("2020-01-02", "2020-03-01", "2022-03-15", "2021-01-01"), updates, ended,
        np.array([0, 0, 0, DUPLICATE], np.int8), np.array([BOTH, BOTH, TAIL_ONLY, BOTH], np.int8),
        np.array([1980, 1990, 2000], np.int16), np.zeros(4, np.int8), np.zeros(4, np.int8),
        [date(2022, 1, 31), date(2022, 2, 28), date(2022, 3, 31), date(2022, 5, 31)],
    )  # fmt: skip


def test_a_person_lives_where_the_newest_active_record_is_and_counts_once() -> None:
    world, records = small_world(), tiny_records()
    rows = health_records.truth(records, world, reached=False)
    measure = "people_with_health_record"
    by_month = {
        month: tuple(value(rows, measure, unit, date(2022, month, 1)) for unit in ("06184", "06211", "20"))
        for month in (1, 2, 3, 5)
    }
    assert by_month == {1: (2, 1, 3), 2: (2, 0, 2), 3: (1, 1, 2), 5: (2, 0, 2)}
    updated = "people_with_health_record_updated_in_year"
    assert [value(rows, updated, "20", date(2022, month, 1)) for month in (1, 2, 3, 5)] == [0, 0, 0, 1]


def test_lost_rows_and_months_never_sent_change_known_truth_only() -> None:
    world, records = small_world(), tiny_records()
    records.lost[0] = 1
    records.silent.add(("184", date(2022, 2, 28)))
    known = health_records.truth(records, world, reached=True)
    # The state of January stands for the silent district in February: person 2 was still active then.
    assert value(known, "people_with_health_record", "06211", date(2022, 2, 1)) == 1
    assert value(known, "people_with_health_record", "06184", date(2022, 2, 1)) == 1
    true = health_records.truth(records, world, reached=False)
    assert value(true, "people_with_health_record", "06184", date(2022, 2, 1)) == 2


def test_two_records_of_one_person_never_share_a_day(world: World) -> None:
    records = health_records.build(world)
    for day in records.closing_days:
        updated = records.updated(day)
        newest = np.where(updated > 0, updated, records.created)
        pairs = np.stack([records.person, newest])
        assert np.unique(pairs, axis=1).shape[1] == len(records.person)


def test_coverage_is_about_nine_in_ten_with_communes_on_both_sides_of_the_target() -> None:
    full = load_world(Settings(seed=11, scale=0.02, dirt=False))
    people = population.truth(population.build(full), full, False)
    held = health_records.truth(health_records.build(full), full, False)
    month = date(2022, 12, 1)
    measure = "people_with_health_record"
    shares = {
        unit.code: value(held, measure, unit.code, month) / value(people, "population", unit.code, month)
        for unit in [full.units["20"], *full.of_level("commune")]
    }
    assert 0.85 <= shares["20"] <= 0.92
    assert any(share > 0.9 for share in shares.values())
    assert any(share < 0.9 for share in shares.values())


def invoices_of(sellers: list[Seller], **columns: list[int]) -> Invoices:
    size = len(columns["seller"])
    given = {name: np.array(values) for name, values in columns.items()}
    return Invoices(
        sellers, given["seller"], given["day"], np.arange(size) + 1, given["format"],
        given.get("state", np.full(size, NEW)), given["check"],
        given.get("again", np.zeros(size)).astype(bool), given.get("later", np.full(size, NEW)),
        given.get("replaces", np.full(size, -1)), given.get("replaced_by", np.full(size, -1)),
        given.get("lost", np.zeros(size, int)), np.zeros(size, bool),
    )  # fmt: skip


def test_validity_follows_state_check_code_and_replacement() -> None:
    sellers = [Seller("A", "a", 1, 9, "regular", "C", "T"), Seller("B", "b", 1, 9, "regular", "K", "T")]
    invoices = invoices_of(
        sellers,
        seller=[0, 0, 0, 0, 0, 1, 1],
        day=[1, 2, 3, 4, 5, 6, 7],
        format=[XML, XML, JSON, JSON, XML, XML, JSON],
        check=[2, 5, 5, 5, 5, 6, 7],
        state=[1, 1, CANCELLED, 1, 2, 1, 1],
        again=[0, 0, 0, 1, 0, 0, 0],
        later=[1, 1, 1, CANCELLED, 1, 1, 1],
        replaced_by=[-1, 4, -1, -1, -1, -1, -1],
        replaces=[-1, -1, -1, -1, 1, -1, -1],
    )
    # no code; replaced by the fifth; cancelled; cancelled later; replacing; without code by its series; check 7
    assert invoices.valid(reached=False).tolist() == [False, False, False, False, True, True, False]
    invoices.lost[4] = 1
    # The replacing document is lost, so nothing known names the second as replaced.
    assert invoices.valid(reached=True).tolist() == [False, True, False, False, False, True, False]
    assert invoices.first_valid(reached=False) == {"A": 5, "B": 6}


def enterprise(code: str, kind: str = "DN", is_local: bool = True, **more: object) -> Enterprise:
    return Enterprise(code, kind, "x", "Chi cục Thuế huyện Cao Lộc", is_local, "183", date(2020, 1, 1), **more)


def notice(day: int, accepted: int) -> Message:
    return Message("I_3", datetime(2022, 2, day, 9, 0), accepted)


def test_enterprises_registered_and_unmatched_are_counted_by_hand() -> None:
    world = small_world()
    suspended = [(date(2022, 2, 10), SUSPENDED), (date(2022, 3, 5), ACTIVE)]
    firms = [
        enterprise("4900000010", messages=[notice(1, 2), notice(20, 1)]),
        enterprise("4900000011", changes=suspended, messages=[notice(3, 1)]),
        enterprise("4900000012", kind="HTX", messages=[notice(4, 1)]),
        enterprise("4900000013", is_local=False),
        enterprise("4900000010-001", messages=[notice(25, 1)]),
    ]
    seller = Seller("4900000010", "x", 1, 9, "regular", "C", "T")
    invoices = invoices_of([seller], seller=[0], day=[date(2022, 3, 31).toordinal()], format=[XML], check=[5])
    rows = e_invoices.truth(e_invoices.EInvoices(firms, invoices), world, reached=False)
    months = [date(2022, month, 1) for month in (1, 2, 3)]
    assert [value(rows, "enterprises_active", "183", month) for month in months] == [2, 1, 2]
    assert [value(rows, "enterprises_registered_for_e_invoices", "20", month) for month in months] == [0, 1, 2]
    assert [value(rows, "enterprises_issuing_e_invoices", "183", month) for month in months] == [0, 0, 1]
    assert [value(rows, "e_invoice_registrations_unmatched", "20", month) for month in months] == [0, 2, 1]


def test_every_district_has_enterprises_and_every_code_is_valid_and_unique(world: World) -> None:
    firms = e_invoices.build(world).enterprises
    codes = [firm.code for firm in firms]
    assert len(set(codes)) == len(codes)
    assert all(mst.is_valid(code) for code in codes)
    for district in world.of_level("district"):
        assert sum(firm.district == district.code and firm.kind == "DN" for firm in firms) >= 15


def test_without_dirt_known_truth_is_the_truth(clean_world: World) -> None:
    for module in (population, health_records, e_invoices):
        entities = module.build(clean_world)
        assert module.truth(entities, clean_world, True) == module.truth(entities, clean_world, False)


def test_with_dirt_every_source_loses_something_and_says_so(world: World, tmp_path: Path) -> None:
    tally = DirtTally()
    for module in (population, health_records, e_invoices):
        entities = module.build(world)
        module.write(entities, world, tmp_path, tally)
        assert module.truth(entities, world, True) != module.truth(entities, world, False)
    for source in ("reference", "health_records", "e_invoices"):
        kinds = tally.as_json()[source].values()
        assert sum(kind["lost"] for kind in kinds) > 0
        assert sum(kind["repairable"] for kind in kinds) > 0


def written(world: World, inbox: Path) -> dict[str, tuple[str, str]]:
    deliveries = [
        delivery
        for module in (population, health_records, e_invoices)
        for delivery in module.write(module.build(world), world, inbox, DirtTally())
    ]
    assert len({delivery.path for delivery in deliveries}) == len(deliveries)
    assert max(delivery.received_at for delivery in deliveries) <= datetime(2023, 1, 31, 18, 0)
    digests = {path: hashlib.sha256((inbox / path).read_bytes()).hexdigest() for path, *_ in deliveries}
    return {path: (digests[path], moment.isoformat()) for path, moment, *_ in deliveries}


def test_equal_seeds_write_equal_bytes_and_other_seeds_do_not(world: World, tmp_path: Path) -> None:
    first = written(world, tmp_path / "first")
    assert written(load_world(Settings(seed=7, scale=SCALE)), tmp_path / "second") == first
    other = written(load_world(Settings(seed=8, scale=SCALE)), tmp_path / "third")
    assert other.keys() == first.keys()
    assert all(other[path] != first[path] for path in first if "gui_lai" not in path)
