"""A service that says what a test tells it to: HTTP/1.1 on a Unix socket."""

from __future__ import annotations

import http.server
import json
import os
import socketserver
import tempfile
import threading
from typing import Any, Callable, List, NamedTuple, Optional


class Asked(NamedTuple):
    method: str
    target: str
    body: Any
    key: Optional[str]

    @property
    def what(self) -> str:
        return f"{self.method} {self.target}"


class Says(NamedTuple):
    status: int = 200
    body: Any = {}  # a document, or bytes as they are
    lost: bool = False  # the connection ends without an answer


def _body(text: bytes, headers: Any) -> Any:
    """A document, or a list of them where it is lines."""
    if headers.get("Content-Type") == "application/x-ndjson":
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text) if text else None


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False


class FakeService:
    """``answers`` is asked for each request; what came stands in ``asked``."""

    def __init__(self, answers: Callable[[Asked], Says]) -> None:
        self.asked: List[Asked] = []
        self._folder = tempfile.TemporaryDirectory(prefix="pyrft-")
        self.folder = self._folder.name
        self.socket = os.path.join(self.folder, "s")
        service = self

        class Talk(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(length)
                key = self.headers.get("Idempotency-Key")
                asked = Asked(self.command, self.path, _body(text, self.headers), key)
                service.asked.append(asked)
                says = answers(asked)
                if says.lost:
                    self.close_connection = True
                    return
                body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
                self.send_response(says.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if body:
                    self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer

            def address_string(self) -> str:
                return "local"

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _Server(self.socket, Talk)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def __enter__(self) -> "FakeService":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._folder.cleanup()

    @property
    def url(self) -> str:
        return f"unix:{self.socket}"

    @property
    def what(self) -> List[str]:
        return [asked.what for asked in self.asked]
