"""A request with its repeats, over HTTP/1.1 on a Unix socket."""

from __future__ import annotations

import contextlib
import errno
import http.client
import json
import os
import secrets
import socket
import threading
import time
import uuid
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, TypeVar
from urllib.parse import quote

from .errors import RftError
from .server import Server, start_daemon

REPLY_MAX = 64 * 1024 * 1024  # bytes
LINE_MAX = 64 * 1024  # of an answer that is read line by line
TRIES_MAX = 64  # of one request
REPEAT_FIRST = 0.02  # seconds; doubles with each repeat ...
REPEAT_LONGEST = 1.0  # ... up to this
START_LIMIT = 10.0  # for a daemon that was just started
START_INTERVAL = 0.05
START_AGAIN = 0.5  # where ours ended and none answers
# A daemon that had answered and is gone may be restarting: it is not started before this.
RESTART_GRACE = 5.0
SOCKET_PATH_MAX = 107  # bytes, unix(7)

T = TypeVar("T")

_BY_STATUS = {
    401: "not_authenticated",
    403: "not_allowed",
    404: "no_such_route",
    405: "method_not_allowed",
    409: "wrong_state",
    413: "too_large",
    422: "idempotency_key_reused",
    429: "busy",
    503: "unavailable",
    507: "storage_full",
}


def uuid7() -> str:
    """RFC 9562 section 5.7: ids sort by birth."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def segment(text: str) -> str:
    return quote(text, safe=":@")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("rft", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self.timeout)
            _connect(self.sock, self._path)
        except BaseException:
            self.close()
            raise


def _connect(sock: socket.socket, path: str) -> None:
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        sock.connect(path)
        return
    folder, name = os.path.split(path)  # too long for a socket's address: through its open folder
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sock.connect(f"/proc/self/fd/{descriptor}/{name}")
    finally:
        os.close(descriptor)


def _delays() -> Iterator[Optional[float]]:
    """What follows each try: a delay, and None after the last."""
    delay = REPEAT_FIRST
    for _ in range(TRIES_MAX - 1):
        yield delay
        delay = min(2 * delay, REPEAT_LONGEST)
    yield None


class Session:
    """Connects, starts a daemon where it may, sends, and sends again. Threads may share it."""

    def __init__(self, server: Server, reply_limit: float, keep_trying: float, may_start: bool) -> None:
        self._server = server
        self._reply_limit = reply_limit
        self._keep_trying = keep_trying
        self._may_start = may_start and server.state_folder is not None
        self._idle: List[_UnixConnection] = []  # each is in one thread's hands, or here
        self._idle_lock = threading.Lock()
        self._starting = threading.Lock()
        self._served = False
        self._down_since: Optional[float] = None

    def get(self, target: str) -> Any:
        return _document(self._send("GET", target, None, {}))

    def change(self, method: str, target: str, body: Optional[Dict[str, Any]] = None) -> Any:
        """With a fresh Idempotency-Key, which all repeats share."""
        data = None if body is None else json_text(body)
        return _document(self._send(method, target, data, _changing("application/json")))

    def add_lines(self, target: str, lines: List[bytes]) -> List[Any]:
        """The same with lines of JSON, which are answered by lines."""
        data = b"".join(line + b"\n" for line in lines)
        answer = self._send("POST", target, data, _changing("application/x-ndjson"))
        return [_document(line) for line in answer.splitlines()]

    def lines(self, target: str) -> Iterator[bytes]:
        """The lines of an answer of any length, each with its end. Not repeated once one has come."""
        connection, reply = self._repeat(lambda: self._try_stream(target))
        whole = False
        try:
            while line := reply.readline(LINE_MAX + 1):
                yield line
            reply.close()  # or the connection takes it for unread
            whole = True
        except (OSError, http.client.HTTPException) as lost:
            raise RftError("unreachable", f"the answer did not come whole: {lost!r}") from lost
        finally:
            if whole:
                self._give_back(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Closes the connections that no call uses now; a later call opens another."""
        with self._idle_lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(self, method: str, target: str, body: Optional[bytes], more: Dict[str, str]) -> bytes:
        headers = {"User-Agent": "pyrft", **more}
        if body is None:
            headers.pop("Content-Type", None)
        return self._repeat(lambda: self._read(*self._ask(method, target, body, headers)))

    def _repeat(self, attempt: Callable[[], T]) -> T:
        last = time.monotonic() + self._keep_trying
        for delay in _delays():
            try:
                return attempt()
            except _Passing as passing:
                if delay is None or time.monotonic() + delay > last:
                    raise passing.error from passing.__cause__
            time.sleep(delay)
        raise AssertionError("the last try returns or raises")

    def _ask(
        self, method: str, target: str, body: Optional[bytes], headers: Dict[str, str]
    ) -> Tuple[_UnixConnection, http.client.HTTPResponse]:
        connection = self._take() or self._connect()
        with _half_said(connection):
            connection.request(method, target, body, headers)
            return connection, connection.getresponse()

    def _read(self, connection: _UnixConnection, reply: http.client.HTTPResponse) -> bytes:
        with _half_said(connection):
            text = reply.read(REPLY_MAX + 1)
        self._served, self._down_since = True, None
        if len(text) > REPLY_MAX:
            connection.close()
            raise RftError("internal", f"the service's answer is longer than {REPLY_MAX} bytes")
        self._give_back(connection)
        if reply.status < 300:
            return text
        error = _problem(reply.status, text)
        raise _Passing(error) if reply.status in (429, 503) else error

    def _try_stream(self, target: str) -> Tuple[_UnixConnection, http.client.HTTPResponse]:
        connection, reply = self._ask("GET", target, None, {"User-Agent": "pyrft"})
        if reply.status >= 300:
            self._read(connection, reply)  # raises
        return connection, reply

    def _connect(self) -> _UnixConnection:
        connection = _UnixConnection(self._server.socket, self._reply_limit)
        try:
            connection.connect()
        except PermissionError as error:
            raise RftError("not_allowed", f"{self._server.socket}: {error.strerror}") from error
        except OSError as error:
            self._down_since = self._down_since or time.monotonic()
            nobody = error.errno in (errno.ENOENT, errno.ECONNREFUSED)
            if not (nobody and self._start_allowed()):
                why = "nothing listens; is rftd running?" if nobody else error.strerror
                raise _Passing(RftError("unreachable", f"{self._server.socket}: {why}")) from error
            connection = self._start()
        return connection

    def _take(self) -> Optional[_UnixConnection]:
        with self._idle_lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: _UnixConnection) -> None:
        if connection.sock is None:  # the service ended it with its answer
            return
        with self._idle_lock:
            self._idle.append(connection)

    def _start_allowed(self) -> bool:
        since = self._down_since or time.monotonic()
        return self._may_start and (not self._served or time.monotonic() - since >= RESTART_GRACE)

    def _start(self) -> _UnixConnection:
        folder = self._server.state_folder
        assert folder is not None
        with self._starting:
            connection = self._ready()  # another thread may have started it
            end = time.monotonic() + START_LIMIT
            child, next_start = None, 0.0
            while connection is None and time.monotonic() < end:
                # Ours ends at once where another owns the folder: one coming up, or one ending.
                if (child is None or child.poll() is not None) and time.monotonic() >= next_start:
                    child = start_daemon(folder)
                    next_start = time.monotonic() + START_AGAIN
                time.sleep(START_INTERVAL)
                connection = self._ready()
        if connection is None:
            raise RftError(
                "unreachable",
                f"rftd was started but does not answer; {folder}/rftd.log may tell why, "
                f"'rftd --state-dir {folder}' does",
            )
        return connection

    def _ready(self) -> Optional[_UnixConnection]:
        connection = _UnixConnection(self._server.socket, self._reply_limit)
        try:
            connection.request("GET", "/readyz")
            reply = connection.getresponse()
            reply.read(REPLY_MAX)
            if reply.status == 200:
                return connection
        except (OSError, http.client.HTTPException):
            pass
        connection.close()
        return None


@contextlib.contextmanager
def _half_said(connection: _UnixConnection) -> Iterator[None]:
    """Half a conversation cannot be gone on with; one that was lost may be had again."""
    try:
        yield
    except (OSError, http.client.HTTPException) as lost:
        connection.close()
        raise _Passing(RftError("unreachable", f"no answer: {lost!r}")) from lost
    except BaseException:
        connection.close()
        raise


class _Passing(Exception):
    """Another try may be answered."""

    def __init__(self, error: RftError) -> None:
        super().__init__(str(error))
        self.error = error


def json_text(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _changing(media: str) -> Dict[str, str]:
    return {"Idempotency-Key": uuid7(), "Content-Type": media}


def _document(text: bytes) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise RftError("internal", f"the service's answer is not understood: {text[:200]!r}") from error


def _problem(status: int, text: bytes) -> RftError:
    """RFC 9457, or anything else."""
    try:
        document = json.loads(text)
        code = document["code"]
    except (ValueError, KeyError, TypeError):
        code = _BY_STATUS.get(status, "invalid_request" if status < 500 else "internal")
        return RftError(code, f"HTTP status {status}: {text[:200]!r}", status)
    return RftError(str(code), str(document.get("detail") or document.get("title") or ""), status)
