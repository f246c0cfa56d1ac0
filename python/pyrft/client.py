"""The calls of the service: the eight under their own names, and idiomatic ones."""

from __future__ import annotations

import datetime
import json
import time
import warnings
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple, Union, cast
from urllib.parse import urlencode

from .documents import (
    FINAL,
    AddedFiles,
    Answer,
    Credential,
    FileRecord,
    History,
    Links,
    NewFile,
    Progress,
    Record,
    Why,
)
from .errors import NotDone, RftError
from .proxy import needs_proxy, read_proxy, usual_place
from .server import Server, find_server
from .session import Session, json_text, segment, uuid7

LOOK_FIRST = 0.1  # seconds between two looks of wait(), growing ...
LOOK_LONGEST = 1.0  # ... to this
# Of one request with files for a list.
LINES_MAX = 5_000
LINES_BYTES_MAX = 2 * 1024 * 1024

Seen = Callable[[Progress], Any]


class NoProxy(UserWarning):
    """A gsiftp transfer was submitted without a credential of its own."""


def transfer(handle: str, rest: str = "") -> str:
    """The resource of a handle. An empty one must not name the collection, nor "." its parent."""
    if not handle or handle.startswith("."):
        raise RftError("invalid_handle", f"'{handle}' is no handle")
    return f"/v1/transfers/{segment(handle)}{rest}"


def look_intervals() -> Iterator[float]:
    interval = LOOK_FIRST
    while True:
        yield interval
        interval = min(2 * interval, LOOK_LONGEST)


class Client:
    """The service, found by the rules of the command line, or started where it may be.

    A call raises RftError where it is refused. One whose connection was lost, or that was told "not
    now", is repeated for ``keep_trying`` seconds under the same Idempotency-Key, so it changes
    nothing twice. Threads may share a client.
    """

    def __init__(
        self,
        server: Union[str, Server, None] = None,
        *,
        reply_limit: float = 30.0,
        keep_trying: float = 5.0,
        start_daemon: bool = True,
        hand_over_proxy: bool = True,
    ) -> None:
        found = server if isinstance(server, Server) else find_server(server)
        self._session = Session(found, reply_limit, keep_trying, start_daemon)
        self._hand_over_proxy = hand_over_proxy

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections that no call uses now; a later call opens another."""
        self._session.close()

    # The eight calls.

    def submitTransferRequest(self, handle: str, src_url: str, dst_url: str, priority: int = 50) -> str:
        """Submits a transfer, which does not move before its commit. Returns its handle; an empty
        one is made."""
        return self.submit(src_url, dst_url, handle=handle, priority=priority)["handle"]

    def commitTransferRequest(self, handle: str) -> Answer:
        """Queues it; of a failed or stopped one: tries again from where it was."""
        return self.commit(handle)

    def completeTransferRequest(
        self, handle: str, src_url: str, dst_url: str, priority: int = 50
    ) -> Answer:
        """Submits and commits in one durable step."""
        return self.submit(src_url, dst_url, handle=handle, priority=priority, commit=True)

    def listTransferRequest(self, handle: str) -> Record:
        """The whole record."""
        return self.record(handle)

    def checkStatusRequest(self, handle: str) -> Progress:
        """Status, bytes, rate, hold and fault."""
        return self.status(handle)

    def changePriorityRequest(self, handle: str, priority: Union[int, str]) -> Answer:
        """``priority`` is 0 to 100, "push", "increase" or "decrease"."""
        return self.priority(handle, priority)

    def clearRecordRequest(self, handle: str) -> Answer:
        """Erases the record; of something partial also what it left at the destination."""
        return self.clear(handle)

    def userStopTransferRequest(self, handle: str) -> Answer:
        """Stops it; what has arrived is kept."""
        return self.stop(handle)

    # Idiomatic ones.

    def submit(
        self,
        source: str,
        destination: str,
        *,
        handle: Optional[str] = None,
        priority: Optional[int] = None,
        commit: bool = False,
        kind: str = "file",
        **options: Any,
    ) -> Answer:
        """Of a ``kind`` "list" or "tree" the two URLs are folders: the files of a list are given by
        add_files() before its commit, those of a tree are all below its source.

        ``options`` by the names of the API: verify="size_only", max_tries=3, finish_by=datetime, ...

        For a gsiftp URL without a credential of its own the caller's proxy (X509_USER_PROXY, else
        /tmp/x509up_u<uid>) is handed over first; without one there is a NoProxy warning.
        """
        body: Dict[str, Any] = {"handle": handle or uuid7(), "source": source, "destination": destination}
        if priority is not None:
            body["priority"] = priority
        if commit:
            body["commit"] = True
        if kind != "file":
            body["kind"] = kind
        options = {name: _value(value) for name, value in options.items() if value is not None}
        self._hand_over(source, destination, options)
        if options:
            body["options"] = options
        return cast(Answer, self._session.change("POST", "/v1/transfers", body))

    def copy(
        self,
        source: str,
        destination: str,
        *,
        handle: Optional[str] = None,
        priority: Optional[int] = None,
        timeout: Optional[float] = None,
        seen: Optional[Seen] = None,
        **options: Any,
    ) -> Record:
        """Submits, commits, waits, and returns the record of what is done.

        Raises NotDone where it failed or was stopped, and TimeoutError after ``timeout`` seconds; the
        transfer then goes on. ``seen`` gets every look at it.
        """
        answer = self.submit(
            source, destination, handle=handle, priority=priority, commit=True, **options
        )
        last = self.wait(answer["handle"], timeout=timeout, seen=seen)
        return ended(self.record(answer["handle"]), last)

    def copy_tree(self, source: str, destination: str, **rest: Any) -> Record:
        """As copy(), of all files below a folder."""
        return self.copy(source, destination, kind="tree", **rest)

    def add_files(self, handle: str, files: Iterable[Union[str, NewFile]]) -> AddedFiles:
        """More files for a list that is not committed yet: paths below its folders, or documents.

        They are sent in steps of some thousand, each durable before the next; a file that the list
        has already counts once, so the whole call may be repeated. A line that is refused stops none
        of the others; but two files with one destination are a contradiction: of the step that
        has the second nothing is added, and destination_twice is raised.
        """
        target = transfer(handle, "/files")
        summed: AddedFiles = {"added": 0, "files": 0, "refused": []}
        for first, lines in steps(files):
            add_answers(summed, first, len(lines), self._session.add_lines(target, lines))
        return summed

    def files(
        self, handle: str, status: Optional[str] = None, *, page: int = 1000
    ) -> Iterator[FileRecord]:
        """The files of a request, or those of one status; asked for in pages."""
        return cast("Iterator[FileRecord]", self._pages(transfer(handle, "/files"), "files", status, page))

    def receipt(self, handle: str) -> Iterator[bytes]:
        """The signed receipt of a request that has ended, one line after the other, as they are to
        be kept: docs/receipt.md states them. What came before an error is no receipt.

        wrong_state: it has not ended, or was committed again meanwhile.
        """
        line = b""
        for line in self._session.lines(transfer(handle, "/receipt")):
            if line.startswith(b'{"code":'):
                told = json.loads(line)
                raise RftError(told["code"], told["detail"])
            yield line
        if not (line.startswith(b'{"seal":') and line.endswith(b"\n")):
            raise RftError("internal", "the receipt came without its seal")

    def commit(self, handle: str) -> Answer:
        return cast(Answer, self._session.change("POST", transfer(handle, "/commit")))

    def stop(self, handle: str) -> Answer:
        return cast(Answer, self._session.change("POST", transfer(handle, "/stop")))

    def clear(self, handle: str) -> Answer:
        return cast(Answer, self._session.change("DELETE", transfer(handle)))

    def priority(self, handle: str, to: Union[int, str]) -> Answer:
        word = isinstance(to, str) and not to.lstrip("-").isdigit()
        body: Dict[str, Any] = {"operation": to} if word else {"priority": int(to)}
        return cast(Answer, self._session.change("POST", transfer(handle, "/priority"), body))

    def record(self, handle: str) -> Record:
        return cast(Record, self._session.get(transfer(handle)))

    def status(self, handle: str) -> Progress:
        return cast(Progress, self._session.get(transfer(handle, "/status")))

    def wait(
        self, handle: str, *, timeout: Optional[float] = None, seen: Optional[Seen] = None
    ) -> Progress:
        """Looks until it is final or ``timeout`` seconds are over; the last look tells which."""
        end = None if timeout is None else time.monotonic() + timeout
        look = self.status(handle)
        for interval in look_intervals():
            if seen:
                seen(look)
            following = time.monotonic() + interval
            if look["status"] in FINAL or (end is not None and following > end):
                return look
            look = self._status_at_end(handle, interval)
            if look["status"] not in FINAL:  # a service where very many wait answers early
                time.sleep(max(0.0, following - time.monotonic()))
        raise AssertionError("the looks have no end")

    def _status_at_end(self, handle: str, within: float) -> Progress:
        """The status as soon as the transfer has ended, or after ``within`` seconds."""
        target = transfer(handle, f"/status?end_within={round(within * 1000)}")
        return cast(Progress, self._session.get(target))

    def list(self, status: Optional[str] = None, *, page: int = 200) -> Iterator[Record]:
        """Every transfer of the caller's, or those of one status; asked for in pages."""
        return cast("Iterator[Record]", self._pages("/v1/transfers", "transfers", status, page))

    def _pages(self, target: str, name: str, status: Optional[str], page: int) -> Iterator[Any]:
        after: Optional[str] = None
        while True:
            query = {"status": status, "after": after, "limit": page}
            given = urlencode({name: value for name, value in query.items() if value is not None})
            answer = self._session.get(f"{target}?{given}")
            yield from answer[name]
            following = answer.get("next")
            if not following or following == after:
                return
            after = following

    def history(self, handle: str) -> History:
        return cast(History, self._session.get(transfer(handle, "/history")))

    def why(self, handle: str) -> Why:
        return cast(Why, self._session.get(transfer(handle, "/why")))

    def links(self) -> Links:
        return cast(Links, self._session.get("/v1/links"))

    def add_proxy(self, path: Optional[str] = None) -> Credential:
        """Hands over the caller's proxy, or the one in the file ``path``. The same one is renewed."""
        proxy = read_proxy(path)
        if proxy is None:
            raise RftError("no_such_credential", f"there is no proxy at {usual_place()}")
        body = {"kind": "x509_proxy", "pem": proxy.pem, "path": proxy.path}
        return cast(Credential, self._session.change("POST", "/v1/credentials", body))

    def add_password(self, endpoint: str, user: str, password: str) -> Credential:
        body = {"kind": "password", "endpoint": endpoint, "user": user, "password": password}
        return cast(Credential, self._session.change("POST", "/v1/credentials", body))

    def credentials(self) -> List[Credential]:
        return cast("List[Credential]", self._session.get("/v1/credentials")["credentials"])

    def remove_credential(self, id: str) -> None:
        if not id or id.startswith("."):
            raise RftError("no_such_credential", f"'{id}' is no credential's id")
        self._session.change("DELETE", f"/v1/credentials/{segment(id)}")

    def version(self) -> Dict[str, Any]:
        return cast("Dict[str, Any]", self._session.get("/v1/version"))

    def service_key(self) -> Dict[str, Any]:
        """The public key with which the service signs receipts, and its fingerprint."""
        return cast("Dict[str, Any]", self._session.get("/v1/service"))

    def _hand_over(self, source: str, destination: str, options: Dict[str, Any]) -> None:
        sides = (("source_credential", source), ("destination_credential", destination))
        wanted = [name for name, url in sides if needs_proxy(url) and name not in options]
        if not wanted or not self._hand_over_proxy:
            return
        if read_proxy() is None:
            warnings.warn(
                f"there is no proxy at {usual_place()}: the proxy is used that was handed over last, and "
                f"without one the transfer is held until there is one; make one and hand it over with "
                f"add_proxy(), or give an id as {' and '.join(wanted)}",
                NoProxy,
                stacklevel=3,
            )
            return
        id = self.add_proxy()["id"]
        options.update({name: id for name in wanted})


def ended(record: Record, last: Progress) -> Record:
    """The record of what is done; anything else is raised."""
    if last["status"] not in FINAL:
        raise TimeoutError(f"the transfer {record['handle']} is {last['status']} and goes on")
    if record["status"] != "done":
        raise NotDone(record)
    return record


def steps(files: Iterable[Union[str, NewFile]]) -> Iterator[Tuple[int, List[bytes]]]:
    """The lines of each request, and the place of their first among all. One at least, for a list
    without files is answered too."""
    first, size = 0, 0
    lines: List[bytes] = []
    for file in files:
        lines.append(json_text({"source": file} if isinstance(file, str) else file))
        size += len(lines[-1]) + 1
        if len(lines) == LINES_MAX or size >= LINES_BYTES_MAX:
            yield first, lines
            first, size, lines = first + len(lines), 0, []
    if lines or first == 0:
        yield first, lines


def add_answers(summed: AddedFiles, first: int, sent: int, answers: List[Dict[str, Any]]) -> None:
    told = 0
    for answer in answers:
        if "lines" in answer and "code" in answer:
            which = f"line {first + answer['line']}: " if "line" in answer else ""
            raise RftError(answer["code"], which + answer["detail"])
        if "line" in answer:
            place = first + answer["line"] - 1
            summed["refused"].append({"line": place, "code": answer["code"], "detail": answer["detail"]})
        elif "code" in answer:
            raise RftError(answer["code"], answer["detail"])
        else:
            told += answer["lines"]
            summed["added"] += answer["added"]
            summed["files"] = answer["files"]
    if told != sent:
        raise RftError("internal", f"the service's answer tells of {told} of {sent} lines")


def _value(value: Any) -> Any:
    """Times as RFC 3339; one without a zone is taken as local time."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
