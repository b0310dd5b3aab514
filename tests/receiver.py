"""A real HTTP server that alerts are sent to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CANARY = "hoa-dao-mua-xuan-77"


class Receiver:
    """A real HTTP server that keeps what is posted to it, and can be told to fail."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if receiver.status == 200:
                    receiver.messages.append(body)
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"json://nhan:{CANARY}@127.0.0.1:{self.server.server_port}/tin"

    def take(self) -> list[dict[str, str]]:
        """The messages since the last time."""
        taken, self.messages = self.messages, []
        return taken

    def close(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.server.server_close()
