"""The release mechanics on tiny files: nothing is published that this very gate did not pass, and never half of it."""

import gzip
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GateRefused, LangsonError
from pipelines.home import Home
from pipelines.release import publish as publishing
from pipelines.release import store
from pipelines.release.candidate import build_candidate, content_hash, release_id_of, staged_candidate
from pipelines.release.gate import VERDICTS, Verdict, require_passed, write_verdicts
from pipelines.release.marts import MartTable
from pipelines.release.publish import PARTS, Published, describe

REQUIRED = ["units_whole", "spine_whole"]
TABLES = [MartTable("fact", ("unit_key",)), MartTable("fct_indicator_revision", ("unit_key",))]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.definitions.mkdir(parents=True)
    set_as_of(made, datetime(2022, 3, 8, 9))
    return made


def set_as_of(home: Home, as_of: datetime) -> None:
    duckdb.sql(
        f"copy (select timestamp '{as_of}' as as_of, null::timestamp as parent_as_of, 'sandbox' as origin)"
        f" to '{home.definitions}/as_of.parquet' (format parquet)"
    )


def candidate(home: Home, value: int, passed: bool = True, revised: int = 0) -> None:
    """A warehouse of two tables, copied out and judged."""
    home.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(
            f"create table fact as select 'u' || i as unit_key, {value} + i as number, [i, i + 1]::varchar[] as parts"
            " from range(100) as r (i) order by hash(i)"
        )
        connection.execute(f"create table fct_indicator_revision as select 'u1' as unit_key from range({revised})")
    build_candidate(home, TABLES)
    judge(home, passed)


def judge(home: Home, passed: bool) -> None:
    verdicts = [Verdict("units_whole", True, "đủ | whole"), Verdict("spine_whole", passed, "thiếu ô | cells missing")]
    write_verdicts(staged_candidate(home).path, verdicts)


def publish(home: Home, required: list[str]) -> Published:
    """Describe and publish the candidate; these tables have neither site nor open data."""
    describe(home, required)
    return publishing.publish(home, required, parts=())


def test_a_release_is_published_and_current_points_at_it(home: Home) -> None:
    candidate(home, 1)
    published = publish(home, REQUIRED)
    assert published.created and published.moved
    assert str(home.current.readlink()) == published.release_id
    assert published.release_id == release_id_of(datetime(2022, 3, 8, 9), content_hash(published.path))
    with duckdb.connect(str(home.current / "indicators.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*), sum(number) from fact").fetchall() == [(100, 5050)]
        assert connection.execute("select origin, is_simulated from release_info").fetchall() == [("sandbox", True)]
        assert connection.execute("select count(*) from quality_results").fetchall() == [(2,)]
    assert gzip.decompress((home.current / "csv/fact.csv.gz").read_bytes()).splitlines()[1] == b"u0,1,0;1"
    assert store.verify(home, None, REQUIRED) == []


def test_a_refused_candidate_leaves_current_where_it_is(home: Home) -> None:
    candidate(home, 1)
    first = publish(home, REQUIRED).release_id
    candidate(home, 2, passed=False)
    with pytest.raises(GateRefused, match="cells missing"):
        publish(home, REQUIRED)
    assert store.current_id(home) == first


def test_calling_the_release_again_does_not_get_a_refused_candidate_through(home: Home) -> None:
    candidate(home, 2, passed=False)
    for _ in range(2):
        with pytest.raises(GateRefused):
            publish(home, REQUIRED)
    assert store.current_id(home) is None


def test_a_candidate_that_was_never_judged_is_refused(home: Home) -> None:
    candidate(home, 2)
    (staged_candidate(home).path / VERDICTS).unlink()
    with pytest.raises(GateRefused, match="never judged"):
        publish(home, REQUIRED)


def test_verdicts_about_another_candidate_do_not_count(home: Home) -> None:
    candidate(home, 1)
    verdicts = (staged_candidate(home).path / VERDICTS).read_bytes()
    candidate(home, 2, passed=False)
    (staged_candidate(home).path / VERDICTS).write_bytes(verdicts)
    with pytest.raises(GateRefused, match="other bytes"):
        publish(home, REQUIRED)


def test_a_file_changed_after_the_gate_is_refused(home: Home) -> None:
    candidate(home, 1)
    path = staged_candidate(home).path / "parquet" / "fact.parquet"
    duckdb.sql(f"copy (select 'u1' as unit_key, 9 as number) to '{path}' (format parquet)")
    with pytest.raises(GateRefused):
        publish(home, REQUIRED)


def test_a_required_check_that_left_no_verdict_is_refused(home: Home) -> None:
    candidate(home, 1)
    with pytest.raises(GateRefused, match="not checked: personal_data_absent"):
        require_passed(staged_candidate(home).path, [*REQUIRED, "personal_data_absent"])


def test_the_same_content_makes_the_same_bytes_and_no_second_release(home: Home, tmp_path: Path) -> None:
    candidate(home, 1)
    first = publish(home, REQUIRED)
    stamp = (first.path / store.INVENTORY).stat().st_mtime_ns
    candidate(home, 1)
    again = publish(home, REQUIRED)
    assert (again.release_id, again.created) == (first.release_id, False)
    assert (first.path / store.INVENTORY).stat().st_mtime_ns == stamp
    assert not list(home.releases.glob("*.staged"))


def test_what_only_revisions_say_makes_no_new_release(home: Home) -> None:
    candidate(home, 1, revised=3)
    first = publish(home, REQUIRED)
    candidate(home, 1, revised=0)
    assert publish(home, REQUIRED).release_id == first.release_id


def test_an_existing_release_that_is_damaged_is_told_and_not_rewritten(home: Home) -> None:
    candidate(home, 1)
    first = publish(home, REQUIRED)
    (first.path / "changes.md").write_text("khác")
    candidate(home, 1)
    with pytest.raises(LangsonError, match=r"changes\.md"):
        publish(home, REQUIRED)


@pytest.mark.parametrize("name", ["parquet/fact.parquet", "csv/fact.csv.gz", "indicators.duckdb", "gate.json"])
def test_verify_finds_one_flipped_byte(home: Home, name: str) -> None:
    candidate(home, 1)
    path = publish(home, REQUIRED).path / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    assert any(name in problem for problem in store.verify(home, None, REQUIRED))


def test_rollback_goes_back_and_a_later_run_does_not_move_current(home: Home) -> None:
    released = []
    for value in (1, 2):
        candidate(home, value)
        released.append(publish(home, REQUIRED).release_id)
    assert store.rollback(home, None, REQUIRED).release_id == released[0]
    assert store.current_id(home) == released[0]
    candidate(home, 3)
    newest = publish(home, REQUIRED)
    assert (newest.created, newest.moved, newest.pinned_to) == (True, False, released[0])
    assert store.current_id(home) == released[0]
    assert store.unpin(home, REQUIRED).release_id == newest.release_id
    assert store.current_id(home) == newest.release_id


def test_rollback_refuses_a_damaged_release(home: Home) -> None:
    released = []
    for value in (1, 2):
        candidate(home, value)
        released.append(publish(home, REQUIRED))
    (released[0].path / "csv" / "fact.csv.gz").write_text("x")
    with pytest.raises(LangsonError, match="not rolled back"):
        store.rollback(home, None, REQUIRED)
    assert store.current_id(home) == released[1].release_id


def test_current_is_never_absent_while_it_moves(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate(home, 1)
    first = publish(home, REQUIRED).release_id

    def crash(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(OSError, match="power cut"):
        store.point_current(home, "another")
    assert store.current_id(home) == first


def test_twelve_releases_are_kept_and_besides_sealed_ones_and_the_last_of_each_month(home: Home) -> None:
    released = []
    for number in range(16):
        set_as_of(home, datetime(2022, 1 if number < 2 else 2, 1 + number, 9))
        candidate(home, 1000 * number)
        released.append(publish(home, REQUIRED))
        if number == 2:
            (released[2].path / store.SEAL).touch()
    left = [release.release_id for release in store.releases(home)]
    # 0 and 3 are gone; 1 is the last of January, 2 is sealed, 4 to 15 are the newest twelve.
    assert [number for number, one in enumerate(released) if one.release_id in left] == [1, 2, *range(4, 16)]
    assert store.verify(home, None, REQUIRED) == []


def test_a_candidate_without_one_of_its_parts_is_not_published(home: Home) -> None:
    candidate(home, 1)
    with pytest.raises(GateRefused, match=r"changes\.md"):
        publishing.publish(home, REQUIRED)
    folder = describe(home, REQUIRED)
    assert folder is not None
    for number, absent in enumerate(PARTS):
        with pytest.raises(GateRefused, match=absent):
            publishing.publish(home, REQUIRED)
        assert store.current_id(home) is None
        (folder / absent).mkdir() if number % 2 else (folder / absent).write_text("x")
    assert publishing.publish(home, REQUIRED).created


def test_what_was_made_of_an_earlier_description_does_not_outlive_it(home: Home) -> None:
    candidate(home, 1)
    folder = describe(home, REQUIRED)
    assert folder is not None
    (folder / "site").mkdir()
    (folder / "SHA256SUMS").write_text("x")
    judge(home, passed=True)
    assert describe(home, REQUIRED) == folder
    assert not (folder / "site").exists() and not (folder / "SHA256SUMS").exists()


def test_nothing_is_described_of_a_candidate_that_failed_or_that_a_release_is_already(home: Home) -> None:
    candidate(home, 1, passed=False)
    with pytest.raises(GateRefused, match="thiếu ô"):
        describe(home, REQUIRED)
    candidate(home, 1)
    with pytest.raises(GateRefused, match="candidate_description"):
        publishing.described_candidate(home)
    publish(home, REQUIRED)
    candidate(home, 1)
    assert describe(home, REQUIRED) is None
    assert publishing.described_candidate(home) is None
