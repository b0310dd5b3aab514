"""What an operator sees: twice is once, three depths of trouble, a killed run, other people's files."""

import gzip
import hashlib
import os
import shutil
import signal
import subprocess
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.release.marts import AFTER_GATE
from publishing.tables import table_of
from tests.conftest import LANGSON, ROOT, plain_environment, run_langson
from tests.hand_written import KEY
from tests.tree import copy_tree
from tests.troubled_home import Troubled

pytestmark = pytest.mark.slow


def published(home: Path) -> dict[str, str]:
    """Hashes of every Parquet and CSV file of the current release, without the two written after the gate."""
    current = home / "releases" / "current"
    return {
        str(path.relative_to(current)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("parquet", "csv")
        for path in sorted((current / folder).iterdir())
        if table_of(path) not in AFTER_GATE
    }


def ask(home: Path, question: str) -> list[tuple]:
    """Rows of a question to the current release."""
    with duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True) as connection:
        return connection.execute(question).fetchall()


def test_a_second_run_reads_nothing_anew_and_makes_no_release(dirty_home: Path) -> None:
    before = sorted((dirty_home / "releases").iterdir())
    first = published(dirty_home)
    done = run_langson("run", "--home", dirty_home)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    assert "Không có gì mới" in done.stdout
    assert sorted((dirty_home / "releases").iterdir()) == before
    assert published(dirty_home) == first


def test_a_sealed_release_is_made_again_on_another_machine_from_its_landing_alone(
    troubled_home: Path, tmp_path: Path
) -> None:
    told = ("--reason", "xét thi đua năm 2022", "--by", "Sở Nội vụ")
    this_year = str(date.today().year)
    early = run_langson("seal", this_year, *told, "--home", troubled_home)
    assert early.returncode == 1 and f"{this_year} is not over" in early.stdout + early.stderr
    done = run_langson("seal", "2022", *told, "--home", troubled_home)
    assert done.returncode == 0, done.stdout + done.stderr
    release = (troubled_home / "releases/current").readlink()
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(troubled_home / "landing", elsewhere / "landing")
    shutil.copytree(troubled_home / "releases" / release, elsewhere / "releases" / release)
    done = run_langson("verify", release, "--rebuild", "--home", elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    landed = next((elsewhere / "landing/e_invoices").rglob("part=*/**/*.parquet"))
    landed.write_bytes(landed.read_bytes()[:-1] + b"X")
    done = run_langson("verify", release, "--rebuild", "--home", elsewhere)
    assert done.returncode == 1 and landed.stem in done.stdout + done.stderr


def test_a_release_can_be_verified_and_a_changed_byte_is_found(dirty_home: Path) -> None:
    assert run_langson("verify", "--home", dirty_home).returncode == 0
    target = dirty_home / "releases/current/csv/fct_indicator_value.csv.gz"
    target.chmod(0o644)
    plain = gzip.decompress(target.read_bytes())
    target.write_bytes(gzip.compress(plain.replace(b"computed", b"Computed", 1)))
    done = run_langson("verify", "--home", dirty_home)
    assert done.returncode != 0
    assert "fct_indicator_value.csv.gz" in done.stdout + done.stderr


def test_killed_in_dbt_the_next_run_ends_as_if_never_hurt(troubled_home: Path, tmp_path: Path) -> None:
    untouched = tmp_path / "untouched"
    shutil.copytree(troubled_home, untouched, symlinks=True)
    for home in (troubled_home, untouched):
        forget_last_run(home)
    process = subprocess.Popen(
        [LANGSON, "run", "--home", troubled_home], cwd=ROOT, env={**plain_environment(), **KEY}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    marker = troubled_home / "warehouse.duckdb.wal"
    before = (troubled_home / "warehouse.duckdb").stat().st_mtime_ns
    deadline = time.monotonic() + 240
    while not (marker.exists() or changed(troubled_home / "warehouse.duckdb", before)):
        assert process.poll() is None, "the run ended before dbt touched the warehouse"
        assert time.monotonic() < deadline, "dbt never touched the warehouse"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = run_langson("run", "--home", troubled_home, env=KEY)
    assert done.returncode == 3, done.stdout + done.stderr
    assert published(troubled_home) == published(untouched)


def changed(path: Path, before: int) -> bool:
    """Whether a file is gone or written since."""
    return not path.exists() or path.stat().st_mtime_ns != before


def forget_last_run(home: Path) -> None:
    """Make the next run compute again although nothing came."""
    for path in home.rglob("last_run.json"):
        path.unlink()


def test_other_peoples_files_land_are_gated_and_released(troubled: Troubled) -> None:
    home = troubled.home
    assert "MÔ PHỎNG" not in troubled.said.stdout
    assert ask(home, "select count(*) from deliveries where outcome = 'standing'") == [(5,)]
    [(numerator, denominator, status)] = ask(
        home,
        """select numerator, denominator, status from fct_indicator_value
        where indicator_code = 'a2' and definition = 'headline' and unit_code = 'SO_TTTT'
        and period_start = '2022-01-01'""",
    )
    assert (numerator, denominator, status) == (39, 40, "computed")
    # A unit that sent nothing that could be read has no zero: its number is missing, and says so.
    assert ask(
        home,
        """select distinct status, numerator from fct_indicator_value where indicator_code = 'a2'
        and definition = 'headline' and unit_code = 'SO_YT' and period_start = '2022-01-01'""",
    ) == [("source_missing", None)]


def test_a_renamed_column_is_refused_alone_and_told_in_one_message(troubled: Troubled) -> None:
    assert troubled.said.returncode == 3, troubled.said.stdout + troubled.said.stderr
    assert "so_SO_YT_202201.html" in troubled.said.stdout
    assert "ma_hscv" in troubled.said.stdout
    assert ask(troubled.home, "select reason <> '' from deliveries where file_name like 'so_SO_YT%'") == [(True,)]


def test_a_file_with_half_its_rows_is_refused_and_the_standing_one_stays(troubled: Troubled) -> None:
    said = " ".join(troubled.said.stdout.split())
    assert "chỉ còn 20 dòng hợp lệ, bản trước (so_SO_TTTT_202201.html) có 40" in said
    assert ask(
        troubled.home, "select outcome, rows_read from deliveries where file_name like 'so_SO_TTTT%' order by 1"
    ) == [("refused", 20), ("standing", 40)]


def test_a_candidate_with_a_lost_commune_is_refused_and_current_stays(troubled_home: Path, tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    units = tree.path("sources/reference/units_2022.csv")
    lines = units.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("06184,")]
    assert len(kept) == len(lines) - 1
    units.write_text("".join(kept), encoding="utf-8")
    # Nothing that dbt reads was changed: its parse is that of this checkout.
    shutil.copytree(ROOT / "dbt_project" / "target", tree.path("dbt_project/target"))
    before = published(troubled_home)
    forget_last_run(troubled_home)
    done = tree.langson("run", "--home", troubled_home, env=KEY)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "06184" in done.stdout
    assert published(troubled_home) == before


def test_the_queries_of_the_readme_answer(dirty_home: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    script = text.split("<<'SQL'\n", 1)[1].split("\nSQL\n", 1)[0]
    script = script.replace("data/sandbox/releases", str(dirty_home / "releases"))
    done = subprocess.run(
        [LANGSON.with_name("python"), "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert "a5" in done.stdout
    assert "Sở Thông tin và Truyền thông" in done.stdout
