"""The scoreboard on 127.0.0.1: the site of the release that is current at each request, and its files to download."""

import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
START = "/site/index.html"

CONTENT_TYPES = {
    "": "application/octet-stream",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".gz": "application/gzip",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".ttl": "text/turtle; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReleaseHandler(SimpleHTTPRequestHandler):
    """Files below a release folder, read only; no listing, no way out, texts said to be UTF-8."""

    extensions_map = CONTENT_TYPES

    def __init__(self, *arguments: object, folder: Path) -> None:
        # Resolved for every request: `current` is a link that a new release moves.
        self.folder = folder.resolve()
        super().__init__(*arguments, directory=str(self.folder))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if self._may_answer():
            super().do_GET()

    def do_HEAD(self) -> None:
        if self._may_answer():
            super().do_HEAD()

    def _may_answer(self) -> bool:
        """Send the start page's address for "/", refuse what is no file inside the release."""
        path = unquote(urlsplit(self.path).path)
        if path in ("/", "/site", "/site/"):
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", START)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        target = (self.folder / path.lstrip("/")).resolve()
        if not target.is_relative_to(self.folder) or not target.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return False
        return True

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are nobody's business; errors are answered."""


def serve(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of a release folder (or of the link `current`), bound to 127.0.0.1; `port` 0 takes a free one.

    The caller runs `serve_forever` and closes it. Raises FileNotFoundError when the release has no site.
    """
    if not (folder / START.lstrip("/")).is_file():
        raise FileNotFoundError(f"{folder}{START}: bản công bố chưa có trang | the release has no site")
    return ThreadingHTTPServer((HOST, port), partial(ReleaseHandler, folder=folder))


def main() -> None:
    """`python -m publishing.site.serve RELEASE_FOLDER PORT`."""
    with serve(Path(sys.argv[1]), int(sys.argv[2])) as server:
        sys.stdout.write(f"http://{HOST}:{server.server_port}/\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
