"""The operators' page says what is so: its settings, its causes, its unit files, and its backup, done for real."""

import configparser
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from typer.main import get_command

from pipelines import service
from pipelines.cli import app
from pipelines.errors import LangsonError
from pipelines.holders import sole_use
from pipelines.home import Home
from pipelines.release.publish import commit_of
from sources.corrections import load_corrections
from tests.conftest import ROOT
from tests.hand_written import work_files
from tests.troubled_home import BAD, GOOD, Troubled
from tests.warm import write_langson

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "docs" / "systemd").glob("*.service"))


def part(number: int) -> str:
    """One numbered part of the page."""
    return re.split(r"^## ", PAGE, flags=re.MULTILINE)[number]


def block(name: str) -> str:
    """The commands under a mark of that name."""
    found = re.search(rf"^<!-- {name} -->\n```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[1]


# --- settings -------------------------------------------------------------------------------------------------------


def variables_read() -> set[str]:
    """What code, contracts and the instance name."""
    files = [ROOT / "dagster.yaml", ROOT / "dbt_project" / "profiles.yml"]
    files += [path for room in ("sources", "pipelines", "publishing") for path in (ROOT / room).rglob("*.py")]
    files += (ROOT / "sources").glob("*/source.yml")
    files += (ROOT / "dbt_project" / "macros").glob("*.sql")
    return {name for path in files for name in re.findall(r"LANGSON_[A-Z0-9_]+", path.read_text(encoding="utf-8"))}


def told() -> dict[str, str]:
    """The variables of the table, and what its last column says of each."""
    rows = [line.strip("|").split("|") for line in part(1).splitlines() if line.startswith("| `LANGSON_")]
    return {name: row[-1].strip() for row in rows for name in re.findall(r"`(LANGSON_[A-Z0-9_]+)`", row[0])}


def test_the_table_of_settings_is_what_the_software_reads() -> None:
    assert set(told()) == variables_read()


def test_what_sounds_like_a_secret_is_called_one() -> None:
    secret = re.compile(
        r"PASSWORD|PASSPHRASE|SECRET|_USER$|S3_KEY$|HASH_KEY|ALERTS|POSTGRES_URL|HEALTH_RECORDS_URL|PAYMENTS_URL"
    )
    assert {name for name, kind in told().items() if kind == "có"} == {name for name in told() if secret.search(name)}


# --- what a person reads --------------------------------------------------------------------------------------------


def test_every_cause_of_an_alert_has_its_heading_and_anchor_in_order() -> None:
    from pipelines.automation.causes import CAUSES

    found = re.findall(r'^<a id="([a-z-]+)"></a>\n### (.+)$', part(3), re.MULTILINE)
    assert found == [(cause.anchor, f"{cause.title_vi} | {cause.title_en}") for cause in CAUSES.values()]
    assert {cause.runbook.partition("#")[0] for cause in CAUSES.values()} == {"docs/operating.md"}
    sections = re.split(r"^### ", part(3), flags=re.MULTILINE)[1:]
    for section in sections:
        assert re.findall(r"^- \*\*(.+?)\*\*", section, re.MULTILINE) == ["Nghĩa là.", "Tìm.", "Làm.", "Hết khi."]


def test_the_table_of_daily_work_names_every_schedule_and_sensor(tmp_path: Path) -> None:
    from pipelines.automation.downstream import downstream_sensor
    from pipelines.automation.triggers import schedules, sensors

    home, job = Home(tmp_path), dg.define_asset_job("anything")
    planned = schedules(home, job)  # type: ignore[arg-type]
    there = [*planned, *sensors(home), downstream_sensor(home, dg.AssetSelection.all())]
    rows = dict(re.findall(r"^\| ([^|]+?) \|.*\| (?:lịch|bộ dò) `(\w+)` \|$", part(2), re.MULTILINE))
    assert set(rows.values()) == {one.name for one in there}
    for one in planned:
        minute, hour, *_ = str(one.cron_schedule).split()
        assert f"{int(hour):02d}:{int(minute):02d} mỗi ngày" in rows


def test_every_command_of_the_page_is_there() -> None:
    root = get_command(app)
    known = set(root.commands)  # type: ignore[attr-defined]
    confirmed = set(root.commands["confirm"].commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"(?:`|^|langson )langson ([a-z-]+)", PAGE, re.MULTILINE))
    assert named <= known, named - known
    assert set(re.findall(r"langson confirm ([a-z]+)", PAGE)) == confirmed


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
    assert "docs/operating.md" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_examples_of_corrections_can_be_read(tmp_path: Path) -> None:
    [corrections] = re.findall(r"^```yaml\n(.*?)^```$", part(4), re.MULTILINE | re.DOTALL)
    (tmp_path / "cashless_payments").mkdir()
    (tmp_path / "cashless_payments" / "corrections.yml").write_text(corrections, encoding="utf-8")
    loaded = load_corrections("cashless_payments", tmp_path)
    assert [one.action for one in loaded] == ["drop", "override", "scale", "flag"]


# --- the services ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_file_starts_a_part_that_is_there_and_is_confined(path: Path, tmp_path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("EnvironmentFile=")]
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string("\n".join(lines))
    python, _, module, named = unit["Service"]["ExecStart"].split()
    assert (python, module) == ("/opt/langson/.venv/bin/python", "pipelines.service")
    assert named == path.stem.removeprefix("langson-")
    assert Path(service.command(named, [])[0]).exists()
    files = re.findall(r"^EnvironmentFile=(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert files == ["/etc/langson/langson.env", "/etc/langson/secrets.env"], "a missing file must stop the service"
    wanted = {"User": "langson", "Restart": "always", "ProtectSystem": "strict", "NoNewPrivileges": "true"}
    assert {name: unit["Service"][name] for name in wanted} == wanted
    assert unit["Service"]["ReadWritePaths"] == "/srv/langson"
    if shutil.which("systemd-analyze"):
        here = tmp_path / path.name
        here.write_text(
            path.read_text(encoding="utf-8").replace("/opt/langson/.venv/bin/python", sys.executable), encoding="utf-8"
        )
        done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_service_needs_a_home_that_is_named_and_a_part_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGSON_HOME", raising=False)
    for given, said in ((["daemon"], "LANGSON_HOME is not set"), (["cook"], "no part cook"), ([], "there is no part")):
        with pytest.raises(LangsonError, match=said):
            service.main(given)


def test_a_service_becomes_its_part_in_the_environment_of_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, asked = dict(os.environ), []
    monkeypatch.setattr(service, "MANIFEST", ROOT / "README.md")
    monkeypatch.setattr(os, "execv", lambda program, arguments: asked.append(arguments))
    monkeypatch.setenv("LANGSON_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PORT", raising=False)
    try:
        service.main(["webserver", "--read-only"])
        assert os.environ["LANGSON_DAGSTER_STORAGE"] == str(tmp_path / "home" / "dagster" / "storage")
    finally:
        os.environ.clear()
        os.environ.update(before)
    [[program, *arguments]] = asked
    assert Path(program).name == "dagster-webserver"
    assert arguments == ["-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", "3000", "--read-only"]


def test_a_release_names_its_commit_when_the_code_belongs_to_another_user(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "x"], check=True)
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, -1)
        os.chown(tmp_path / ".git", 65534, -1)
    assert re.fullmatch("[0-9a-f]{40}", commit_of(tmp_path))


# --- backup and restore ---------------------------------------------------------------------------------------------


def operator(folder: Path) -> dict[str, str]:
    """The settings of an operator, whose `langson` is that of this checkout."""
    write_langson(folder / "bin")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LANGSON_", "DBT_"))}
    places = {name: str(folder / name.rpartition("_")[2].lower()) for name in ("LANGSON_HOME", "LANGSON_INBOX")}
    return {
        **inherited,
        **places,
        "LANGSON_DECISIONS": str(folder / "decisions"),
        "LANGSON_HASH_KEY": "5a" * 32,
        "BACKUP": str(folder / "backup"),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "COLUMNS": "200",
    }


def follow(text: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Do what a block says, literally, in an operator's shell."""
    return subprocess.run(["bash", "-c", text], cwd=ROOT, env=settings, capture_output=True, text=True, check=False)


def content(home: Path) -> dict[str, str]:
    """The hash of every file of every release, and of the landing."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for room in ("releases", "landing")
        for path in sorted((home / room).rglob("*"))
        if path.is_file()
    }


def test_a_backup_waits_for_a_run_and_holds_the_next_one(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    lock = str(home.root / ".lock")
    assert 'flock --timeout 7200 "$LANGSON_HOME/.lock"' in block("backup")
    with sole_use(home, "langson run"):
        assert subprocess.run(["flock", "--nonblock", lock, "true"], check=False).returncode == 1
    with subprocess.Popen(["flock", lock, "sh", "-c", "echo held; read _"], stdin=-1, stdout=-1, text=True) as backup:
        assert backup.stdout is not None and backup.stdout.readline() == "held\n"
        with pytest.raises(LangsonError, match="in use"), sole_use(home, "langson run"):
            pass
        backup.communicate("\n")
    assert backup.returncode == 0


def test_the_web_copy_of_the_page_follows_current_and_leaves_what_is_not_for_readers(tmp_path: Path) -> None:
    releases, web = tmp_path / "home/releases", tmp_path / "web"
    settings = {"PATH": os.environ["PATH"], "LANGSON_HOME": str(tmp_path / "home"), "WEB": str(web)}
    web.mkdir()
    for name in ("2022-10-05-aaaaaaaaaaaa", "2022-11-05-bbbbbbbbbbbb"):
        (releases / name / "site").mkdir(parents=True)
        (releases / name / "sealed").mkdir()
        page = releases / name / "site/index.html"
        page.write_text(name, encoding="utf-8")
        page.chmod(0o640)
        (releases / "current").unlink(missing_ok=True)
        (releases / "current").symlink_to(name)
        for _ in range(2):
            done = follow(block("web"), settings)
            assert done.returncode == 0, done.stderr
        assert (web / "current").readlink() == Path(name)
        copied = web / "current/site/index.html"
        assert (copied.read_text(encoding="utf-8"), copied.stat().st_mode & 0o444) == (name, 0o444)
        assert not (web / "current/sealed").exists()
    assert {path.name for path in web.iterdir()} == {"2022-10-05-aaaaaaaaaaaa", "2022-11-05-bbbbbbbbbbbb", "current"}
    os.utime(web / "2022-10-05-aaaaaaaaaaaa", (0, 0))
    assert follow(block("web"), settings).returncode == 0
    assert {path.name for path in web.iterdir()} == {"2022-11-05-bbbbbbbbbbbb", "current"}


@pytest.mark.slow
def test_the_backup_of_the_page_restores_a_home_that_goes_on_as_if_nothing_was(
    troubled: Troubled, tmp_path: Path
) -> None:
    settings, home, inbox = operator(tmp_path), tmp_path / "home", tmp_path / "inbox"
    (tmp_path / "decisions").mkdir()
    for path in (ROOT / "decisions").glob("*.yml"):
        shutil.copy(path, tmp_path / "decisions")
    (tmp_path / "backup").mkdir()
    for name in ("home", "inbox"):
        shutil.copytree(troubled.folder / name, tmp_path / name, symlinks=True)
    before = content(home)
    done = follow(block("backup"), settings)
    assert done.returncode == 0, done.stderr
    for lost in (home, inbox, tmp_path / "decisions"):
        shutil.rmtree(lost)
    done = follow(block("restore"), settings)
    # 3: the refused deliveries still wait for their senders, as they did before.
    assert done.returncode == 3, done.stdout + done.stderr
    assert "nguyên vẹn" in done.stdout and "Không có gì mới" in done.stdout
    assert content(home) == before
    # What is found by the id that `status` tells, without the warehouse, which is not in the backup.
    told_ids = re.findall(r"so_SO_YT_202201\.html \(([0-9a-f]{16})\)", follow("langson status", settings).stdout)
    assert len(told_ids) == 1 and not (home / "warehouse.duckdb").exists()
    assert "ma_hscv" in follow(f"langson rejects {told_ids[0]}", settings).stdout
    # The next deliveries are like any others.
    work_files(inbox / GOOD, rows=45)
    work_files(inbox / BAD, rows=5)
    done = follow("langson run", settings)
    assert done.returncode == 0, done.stdout + done.stderr
    query = re.search(r"```sql\n(.*?)```", part(2), re.DOTALL)
    assert query is not None
    with duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True) as release:
        fates = {(row[4], row[6]) for row in release.execute(query[1]).fetchall() if row[4].startswith("so_")}
    good, bad = Path(GOOD).name, Path(BAD).name
    assert fates == {
        (good, "superseded"), (good, "refused"), (good, "standing"), (bad, "refused"), (bad, "standing"),
    }  # fmt: skip
    assert content(home).items() >= {name: digest for name, digest in before.items() if "receipts" not in name}.items()
