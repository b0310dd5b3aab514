"""A headless Chromium, spoken to by its own debugging protocol: enough to open a page and wait for what it shows.

The browser is the system's (`chromium`, installed by .ci/run); nothing else is needed.
"""

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    """One tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol and its answer; what the browser tells meanwhile is passed over."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._connection.recv(timeout=60))
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]

    def open(self, address: str) -> None:
        self.ask("Page.navigate", url=address)

    def text(self) -> str:
        """What a person can read on the page."""
        found = self.ask("Runtime.evaluate", expression="document.body ? document.body.innerText : ''")
        return str(found["result"]["value"])

    def wait_for(self, *wanted: str, seconds: float = 90) -> str:
        """The page's text once all of these can be read on it."""
        deadline = time.monotonic() + seconds
        while True:
            text = self.text()
            if all(one in text for one in wanted):
                return text
            assert time.monotonic() < deadline, f"not on the page: {[one for one in wanted if one not in text]}\n{text}"
            time.sleep(0.25)

    def click(self, label: str) -> None:
        """Click the innermost element whose whole text is this."""
        script = f"""(() => {{
            const found = [...document.querySelectorAll('*')].filter(e => e.textContent.trim() === {json.dumps(label)});
            if (found.length) found[found.length - 1].click();
            return found.length;
        }})()"""
        assert self.ask("Runtime.evaluate", expression=script)["result"]["value"], f"nothing says {label}"

    def picture(self, path: Path) -> bytes:
        """A screenshot, kept for people to look at."""
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))
        return path.read_bytes()


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser with its profile in a folder of the test's own."""
    assert CHROMIUM, "no chromium: apt-get install chromium"
    arguments = [
        CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--window-size=1600,1000", "--remote-debugging-port=0",
        f"--user-data-dir={folder}", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_tab(folder, process), max_size=None) as connection:
            page = Page(connection)
            page.ask("Page.enable")
            yield page
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _tab(folder: Path, process: "subprocess.Popen[bytes]") -> str:
    """The address of the first tab's protocol, once the browser has written its port."""
    import httpx

    deadline = time.monotonic() + 60
    written = folder / "DevToolsActivePort"
    while time.monotonic() < deadline:
        assert process.poll() is None, "chromium ended"
        if written.exists() and (lines := written.read_text().split()):
            for target in httpx.get(f"http://127.0.0.1:{lines[0]}/json").json():
                if target["type"] == "page":
                    return str(target["webSocketDebuggerUrl"])
        time.sleep(0.1)
    raise AssertionError("chromium opened no tab")
