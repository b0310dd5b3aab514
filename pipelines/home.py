"""Where things are inside a home, and the environment that dbt and Dagster read.

A home is one folder with one landing: the sandbox's, or that of real deliveries. Nothing else knows these paths.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SANDBOX_HOME = ROOT / "data" / "sandbox"
INSTANCE_DATABASE = "LANGSON_DAGSTER_POSTGRES_URL"
"""The variable whose database, when it is set, holds Dagster's runs and events; else they are in SQLite files."""
DBT_PROJECT = ROOT / "dbt_project"
DBT_PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests")
MANIFEST = DBT_PROJECT / "target" / "manifest.json"


@dataclass(frozen=True)
class Home:
    """The paths of one home."""

    root: Path

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def receipts(self) -> Path:
        return self.landing / "receipts.parquet"

    @property
    def definitions(self) -> Path:
        return self.root / "definitions"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """The symlink every reader follows, once."""
        return self.releases / "current"

    @property
    def dbt(self) -> Path:
        """The dbt project as this home sees it: the repository's, in a folder of its own."""
        return self.root / "dbt"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def inbox(self) -> Path:
        """Where the sandbox delivers; real deliveries come from the folder that --inbox names."""
        return self.root / "inbox"

    @property
    def ledger(self) -> Path:
        """Which files of the inbox were already handed to the door."""
        return self.root / "intake.json"

    @property
    def pulls(self) -> Path:
        """Windows that could not be fetched at the last look, since when and why."""
        return self.root / "pulls.json"

    @property
    def alerts(self) -> Path:
        """What people were told and is not over yet."""
        return self.root / "alerts.json"

    @property
    def last_run(self) -> Path:
        """What the last finished run was made of, and how it ended."""
        return self.root / "last_run.json"

    @property
    def dbt_results(self) -> Path:
        """Outcomes of the dbt tests of the last whole build."""
        return self.root / "dbt_tests.json"

    def environment(self) -> dict[str, str]:
        """Everything dbt and Dagster need to know about this home."""
        return {
            "LANGSON_HOME": str(self.root),
            "LANGSON_SOURCES": source_codes(),
            "DAGSTER_HOME": str(self.dagster / "instance" if os.environ.get(INSTANCE_DATABASE) else ROOT),
            "LANGSON_DAGSTER_STORAGE": str(self.dagster / "storage"),
            "LANGSON_DAGSTER_LOGS": str(self.dagster / "logs"),
            "LANGSON_DAGSTER_ARTIFACTS": str(self.dagster / "artifacts"),
            "DBT_TARGET_PATH": str(self.root / "dbt_target"),
            "DBT_LOG_PATH": str(self.root / "logs"),
            # A tenth of a build went into files that nobody reads: for its log dbt words every event of whatever level
            # a second time, and it writes the manifest twice. What it tells goes to its standard output.
            "DBT_LOG_LEVEL_FILE": "none",
            "DBT_WRITE_JSON": "false",
            "DBT_PROFILES_DIR": str(self.dbt),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DAGSTER_DISABLE_TELEMETRY": "true",
            "GX_ANALYTICS_ENABLED": "false",
        }

    def enter(self) -> None:
        """Make the folders and set this process's environment: from here on this is *the* home."""
        for folder in (self.root, self.releases, self.root / "logs", self.root / "dbt_target"):
            folder.mkdir(parents=True, exist_ok=True)
        for name in ("storage", "logs", "artifacts"):
            (self.dagster / name).mkdir(parents=True, exist_ok=True)
        if os.environ.get(INSTANCE_DATABASE):
            self._use_instance_database()
        os.environ.update(self.environment())

    def lay_dbt_project(self) -> None:
        """Link the dbt project into the home.

        The profile finds the warehouse beside the project, so every home has the same profile, and dbt takes the parse
        that make prepared; with a path of its own in the profile each home would be parsed anew (7 s).
        """
        self.dbt.mkdir(parents=True, exist_ok=True)
        for name in DBT_PARTS:
            link, target = self.dbt / name, DBT_PROJECT / name
            if not link.is_symlink() or link.readlink() != target:
                link.unlink(missing_ok=True)
                link.symlink_to(target)

    def _use_instance_database(self) -> None:
        """Write the repository's instance once more, with its storage in the database; the file names the variable."""
        import yaml

        instance = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
        instance["storage"] = {"postgres": {"postgres_url": {"env": INSTANCE_DATABASE}}}
        path = self.dagster / "instance" / "dagster.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(instance, sort_keys=False), encoding="utf-8")
        # Dagster's notifications fail under psycopg 3, which SQLAlchemy takes when no driver is named.
        os.environ[INSTANCE_DATABASE] = re.sub(
            r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg2://", os.environ[INSTANCE_DATABASE]
        )

    def origin(self) -> str:
        """`sandbox` or `inbox`, as its receipts say; an empty home is a sandbox when a simulation delivered to it."""
        if self.receipts.exists():
            import pyarrow.parquet as pq

            found = pq.ParquetFile(self.receipts).read(columns=["origin"]).column("origin").to_pylist()
            if found:
                return str(found[0])
        return "sandbox" if self.root == SANDBOX_HOME or (self.inbox / "manifest.json").exists() else "inbox"


def home_from(path: Path | None = None) -> Home:
    """The home a command means: the one named, else LANGSON_HOME, else data/real if it exists, else the sandbox."""
    if path is not None:
        return Home(path.expanduser().resolve())
    if named := os.environ.get("LANGSON_HOME"):
        return Home(Path(named).expanduser().resolve())
    real = ROOT / "data" / "real"
    return Home(real if real.exists() else SANDBOX_HOME)


def home_for_intake(path: Path | None, from_inbox: bool) -> Home:
    """The home a run writes to: the one named, else LANGSON_HOME for real deliveries, else the sandbox's."""
    if path is not None:
        return Home(path.expanduser().resolve())
    if from_inbox:
        return Home(Path(os.environ.get("LANGSON_HOME") or ROOT / "data" / "real").expanduser().resolve())
    return Home(SANDBOX_HOME)


def names_real_deliveries(has_own_home: bool) -> bool:
    """Whether the environment is an operator's: it names where real deliveries arrive, or the home they are kept in."""
    return bool(os.environ.get("LANGSON_INBOX") or (not has_own_home and os.environ.get("LANGSON_HOME")))


def source_codes() -> str:
    """The source systems dbt unions, found by their folders; separated by spaces."""
    return " ".join(sorted(path.parent.name for path in (ROOT / "sources").glob("*/source.yml")))


def decisions_folder() -> Path:
    """Where people's decisions are: the repository's folder unless LANGSON_DECISIONS names another."""
    return Path(os.environ.get("LANGSON_DECISIONS") or ROOT / "decisions").expanduser().resolve()
