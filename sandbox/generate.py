"""Generates a whole sandbox home: the inbox with its manifest, the truth, the tally of dirt, and a hash key.

Everything is made beside its place and moved in at the end, the manifest being written last, so a home holds either all
of a run or nothing of it.
"""

import hashlib
import json
import pkgutil
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.frame import UNITS_FILE, Delivered, DirtTally, MeasureValue, Settings, World, load_world

STAGED = ".sandbox_staged"
REPLACED = ".sandbox_replaced"
PLACES = ("inbox", "served", "truth")
_TRUTH_SCHEMA = pa.schema(
    [
        ("measure_code", pa.string()),
        ("tier", pa.string()),
        ("unit_code", pa.string()),
        ("period_start", pa.date32()),
        ("value_month", pa.int64()),
        ("value_to_date", pa.int64()),
    ]
)


class SourceModule(Protocol):
    """What each simulated source offers."""

    def build(self, world: World) -> object:
        """Its entities."""

    def truth(self, entities: object, world: World, reached: bool) -> list[MeasureValue]:
        """What is true of them; with `reached`, without what dirt has made unreadable."""

    def write(self, entities: object, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
        """Its export files."""


def source_modules() -> dict[str, SourceModule]:
    """Every module here that offers what a simulated source offers, by name: nothing is registered by hand."""
    import sandbox

    found = {name: import_module(f"sandbox.{name}") for _, name, _ in pkgutil.iter_modules(sandbox.__path__)}
    offered = ("build", "truth", "write")
    return {
        name: cast(SourceModule, module)
        for name, module in sorted(found.items())
        if all(hasattr(module, word) for word in offered)
    }


@dataclass(frozen=True)
class Summary:
    """What one call did. `changed` is false when the home already held exactly this sandbox."""

    changed: bool
    deliveries: int
    truth_rows: int
    seconds: float


class NotASandbox(Exception):
    """The home's inbox was not made here and is left alone; the text says so, Vietnamese first."""


def code_hash() -> str:
    """A hash of the sandbox's code and of the facts it reads: another hash makes another sandbox."""
    digest = hashlib.sha256()
    for path in [*sorted(Path(__file__).parent.glob("*.py")), UNITS_FILE]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def generate(home: Path, settings: Settings, progress: Callable[[str], None] = lambda text: None) -> Summary:
    """Make the sandbox of these settings in `home`, or do nothing when it is there already.

    Raises NotASandbox when `home/inbox` holds something that was not generated.
    """
    started = time.monotonic()
    wanted = {"settings": _as_json(settings), "code": code_hash()}
    manifest = _manifest_of(home)
    if manifest is not None and {key: manifest.get(key) for key in wanted} == wanted and _is_whole(home, manifest):
        return Summary(False, len(manifest["deliveries"]), int(manifest["truth_rows"]), time.monotonic() - started)
    _clear(home / STAGED)
    staged = home / STAGED
    for name in PLACES:
        (staged / name).mkdir(parents=True)
    world = load_world(settings)
    tally = DirtTally()
    delivered: list[Delivered] = []
    truth: list[MeasureValue] = []
    known: list[MeasureValue] = []
    for name, module in source_modules().items():
        progress(f"mô phỏng {name} | simulating {name}")
        entities = module.build(world)
        delivered += _set_apart_served(module.write(entities, world, staged / "inbox", tally), staged)
        truth += module.truth(entities, world, False)
        known += module.truth(entities, world, True)
    _write_truth(staged / "truth" / "truth.parquet", truth)
    _write_truth(staged / "truth" / "known_truth.parquet", known)
    _write_json(staged / "truth" / "dirt.json", tally.as_json())
    _put_in_place(home)
    _write_key(home / "sandbox.key", settings.seed)
    deliveries = [_entry(item) for item in sorted(delivered, key=lambda item: (item.received_at, item.path))]
    origin = {"origin": "sandbox", "seed": settings.seed, "scale": settings.scale}
    _write_json(
        home / "inbox" / "manifest.json", origin | wanted | {"truth_rows": len(truth), "deliveries": deliveries}
    )
    _clear(home / REPLACED)
    return Summary(True, len(deliveries), len(truth), time.monotonic() - started)


def _set_apart_served(delivered: list[Delivered], staged: Path) -> list[Delivered]:
    """Move what a server answers with out of the inbox."""
    for item in delivered:
        if item.served:
            (staged / "served" / item.path).parent.mkdir(parents=True, exist_ok=True)
            (staged / "inbox" / item.path).replace(staged / "served" / item.path)
    return delivered


def _entry(item: Delivered) -> dict[str, object]:
    entry: dict[str, object] = {"path": item.path, "received_at": item.received_at.isoformat(timespec="seconds")}
    if item.served:
        dataset, part, first, last = item.served
        window = {"start": first.isoformat(), "end": last.isoformat()}
        entry["served"] = {"dataset": dataset, "part": part, **window}
    return entry


def _as_json(settings: Settings) -> dict[str, object]:
    values = asdict(settings)
    return values | {"first": settings.first.isoformat(), "last": settings.last.isoformat()}


def _manifest_of(home: Path) -> dict[str, object] | None:
    """The manifest of an earlier run; None when there is none. Refuses an inbox that no run made."""
    inbox = home / "inbox"
    path = inbox / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    except ValueError:
        manifest = None
    is_ours = isinstance(manifest, dict) and manifest.get("origin") == "sandbox"
    # A run that was cut off between moving the files in and writing the manifest leaves the replaced folder.
    if inbox.exists() and any(inbox.iterdir()) and not is_ours and not (home / REPLACED).exists():
        raise NotASandbox(
            f"{inbox} không phải do mô phỏng tạo ra, không ghi đè | {inbox} was not made by the sandbox; left alone"
        )
    return manifest if is_ours else None


def _is_whole(home: Path, manifest: dict[str, object]) -> bool:
    """Whether every file the manifest speaks of is there, and no other."""
    deliveries = manifest.get("deliveries")
    entries = deliveries if isinstance(deliveries, list) else []
    listed = {f"{'served' if 'served' in item else 'inbox'}/{item['path']}" for item in entries}
    present = {
        path.relative_to(home).as_posix() for name in PLACES[:2] for path in (home / name).rglob("*") if path.is_file()
    }
    truth = [home / "truth" / name for name in ("truth.parquet", "known_truth.parquet", "dirt.json")]
    return present == listed | {"inbox/manifest.json"} and all(path.exists() for path in [*truth, home / "sandbox.key"])


def _put_in_place(home: Path) -> None:
    """Move the staged inbox and truth in; nothing of an earlier run stays."""
    replaced = home / REPLACED
    _clear(replaced)
    replaced.mkdir()
    for name in PLACES:
        if (home / name).exists():
            (home / name).replace(replaced / name)
        (home / STAGED / name).replace(home / name)
    _clear(home / STAGED)


def _clear(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _write_truth(path: Path, rows: Sequence[MeasureValue]) -> None:
    columns = list(zip(*rows, strict=True)) or [() for _ in _TRUTH_SCHEMA]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _TRUTH_SCHEMA, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=_TRUTH_SCHEMA)
    pq.write_table(table.sort_by([(name, "ascending") for name in _TRUTH_SCHEMA.names]), path)


def _write_json(path: Path, content: object) -> None:
    """Written to another name, then moved, so that nobody reads half of it."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def _write_key(path: Path, seed: int) -> None:
    """The key that hashes simulated people: no secret, so it may follow from the seed."""
    path.write_text(hashlib.sha256(f"langson sandbox key {seed}".encode()).hexdigest() + "\n", encoding="ascii")
    path.chmod(0o600)
