"""`make serve`: the current release's site on 127.0.0.1, its files, and nothing beside them."""

import gzip
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from publishing.site.serve import serve

PACKED = gzip.compress("Đình Lập\n".encode())


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Two releases, the first current, and a secret beside them."""
    for name in ("first", "second"):
        site = tmp_path / "releases" / name / "site"
        site.mkdir(parents=True)
        (site / "index.html").write_text(f"<p>Bản {name}</p>", encoding="utf-8")
        (site.parent / "csv").mkdir()
        (site.parent / "csv" / "dim_unit.csv.gz").write_bytes(PACKED)
        (site.parent / "csv" / "table.parquet").write_bytes(b"PAR1")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "releases" / "first" / "leak").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "releases" / "current").symlink_to("first")
    return tmp_path / "releases"


@contextmanager
def served(folder: Path) -> Iterator[http.client.HTTPConnection]:
    with serve(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
        try:
            yield connection
        finally:
            connection.close()
            server.shutdown()
            thread.join()


def ask(connection: http.client.HTTPConnection, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection.request(method, path)
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def test_the_start_leads_to_the_site_and_texts_are_said_to_be_utf_8(releases: Path) -> None:
    with served(releases / "current") as connection:
        status, headers, _ = ask(connection, "/")
        assert (status, headers["location"]) == (302, "/site/index.html")
        status, headers, body = ask(connection, "/site/index.html")
        assert (
            status == 200
            and headers["content-type"] == "text/html; charset=utf-8"
            and body == "<p>Bản first</p>".encode()
        )
        status, headers, body = ask(connection, "/csv/dim_unit.csv.gz")
        assert status == 200 and headers["content-type"] == "application/gzip" and body == PACKED
        assert ask(connection, "/csv/table.parquet")[1]["content-type"] == "application/octet-stream"


def test_a_new_release_is_shown_as_soon_as_current_points_to_it(releases: Path) -> None:
    with served(releases / "current") as connection:
        assert b"first" in ask(connection, "/site/index.html")[2]
        (releases / "next").symlink_to("second")
        (releases / "next").replace(releases / "current")
        assert b"second" in ask(connection, "/site/index.html")[2]


@pytest.mark.parametrize(
    "path",
    ["/csv/", "/csv", "/../secret.txt", "/%2e%2e/%2e%2e/secret.txt", "/..%2f..%2fsecret.txt", "/leak", "/nowhere.html",
     "//etc/passwd", "/site/../../second/site/index.html"],
)  # fmt: skip
def test_nothing_is_listed_and_nothing_outside_the_release_is_given(releases: Path, path: str) -> None:
    with served(releases / "current") as connection:
        for method in ("GET", "HEAD"):
            status, _, body = ask(connection, path, method)
            assert status == 404 and b"secret" not in body


def test_it_listens_on_this_machine_only(releases: Path) -> None:
    with serve(releases / "current", 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_nothing_can_be_written(releases: Path) -> None:
    with served(releases / "current") as connection:
        assert ask(connection, "/site/index.html", "PUT")[0] == 501
        assert ask(connection, "/site/index.html", "DELETE")[0] == 501


def test_a_release_without_a_site_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="the release has no site"):
        serve(tmp_path, 0)
