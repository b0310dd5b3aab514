"""What the simulated platforms answer over the year, fetched page by page: the door takes it as their own files."""

import json
from pathlib import Path

import pytest

from sandbox.frame import DirtTally, Settings, load_world
from sandbox.generate import _entry, _set_apart_served, source_modules
from sandbox.http_server import SandboxServer
from sandbox.served import versions
from sources.door.window import Window
from sources.registry import contracts
from sources.transports.base import Ask
from sources.transports.rest import RestSession
from tests.dirt.deliveries import Delivery
from tests.dirt.page import Taken, take


def home_of(source: str, folder: Path) -> Path:
    """A home with one source's deliveries alone, dirty."""
    world = load_world(Settings(seed=77, scale=0.002))
    module = source_modules()[source]
    (folder / "inbox").mkdir()
    delivered = module.write(module.build(world), world, folder / "inbox", DirtTally())
    entries = [_entry(item) for item in _set_apart_served(delivered, folder)]
    (folder / "inbox" / "manifest.json").write_text(json.dumps({"deliveries": entries}), encoding="utf-8")
    return folder


def landed(taken: Taken) -> set[str]:
    """Different rows that would land, in no order."""
    return {json.dumps(row, default=str, sort_keys=True) for row in taken.rows}


@pytest.mark.parametrize(
    ("source", "dataset", "size"), [("border_gate", "platform_declarations", 9), ("citizen_app", "accounts", 200)]
)
def test_each_version_of_each_window_comes_as_the_platform_has_it(
    source: str, dataset: str, size: int, tmp_path: Path
) -> None:
    home = home_of(source, tmp_path)
    pull = contracts()[source].datasets[dataset].pull
    assert pull and pull.rest
    paging = pull.rest.paging.model_copy(update={"size": size})
    how = pull.rest.model_copy(update={"paging": paging, "requests_per_second": 1e6})
    refused = 0
    known = versions(home, source)
    with SandboxServer(home) as server, RestSession(how, server.environment()) as session:
        for version in known:
            server.set_clock(version.known_at)
            found = session.pull(Ask(source, dataset, "-", Window(version.first, version.last)), tmp_path)
            fetched = take(Delivery(source, found.path.name, found.path.read_bytes()))
            own = take(Delivery(source, version.path.name, version.path.read_bytes()))
            assert (fetched.prepared.dataset, fetched.prepared.part) == (dataset, "-")
            assert fetched.prepared.window == Window(version.first, version.last)
            assert bool(fetched.prepared.refusal) == bool(own.prepared.refusal), fetched.prepared.refusal
            assert landed(fetched) == landed(own)
            assert fetched.prepared.excluded == own.prepared.excluded
            refused += bool(fetched.prepared.refusal)
    assert refused == 1, "the answer with a renamed field"
    assert len(known) > len({(version.first, version.last) for version in known}), "some windows have two versions"
