"""The documents of the REST interface. /v1 only grows: others may come, none goes."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, TypedDict


class Answer(TypedDict, total=False):
    """Yes to a call that changes a transfer: its status afterwards."""

    handle: str
    status: str
    stopping: bool
    created: bool
    priority: int


class Fault(TypedDict, total=False):
    code: str
    side: str
    doing: str
    reply: str
    detail: str
    remedy: str
    sentence: str


class Checksum(TypedDict, total=False):
    algorithm: Optional[str]
    value: Optional[str]
    verdict: str


class NewFile(TypedDict, total=False):
    """A file of a list: paths below the request's two folders (percent-encoded), or URLs."""

    source: str
    destination: str  # the same path as the source where absent
    size: int
    checksum: str  # ALGORITHM:hex
    kind: str  # folder: it is made, and nothing in it is moved; a file where absent


class RefusedLine(TypedDict):
    line: int  # the place of the file among those that were given, from 0
    code: str
    detail: str


class AddedFiles(TypedDict):
    added: int  # that the list did not have yet
    files: int  # that it has now
    refused: List[RefusedLine]


class FileCounts(TypedDict, total=False):
    """The files of a list or a tree; total is the sum of all counts but those of bytes.

    Of a plan (option act=plan) nothing is done or deleted, of all else nothing would_move or would_delete.
    """

    total: int
    waiting: int
    active: int  # those that a mover has
    done: int
    failed: int
    skipped: int
    would_move: int
    deleted: int
    would_delete: int
    bytes: int
    bytes_waiting: int
    bytes_active: int
    bytes_done: int
    bytes_failed: int
    bytes_skipped: int
    bytes_would_move: int
    listing: bool


class FileRecord(TypedDict, total=False):
    """One file of a request, and what became of it."""

    source: str
    destination: str
    kind: str  # file, or folder: one of which nothing is moved, made at the destination
    status: str  # waiting, active, done, failed, skipped, would_move, deleted or would_delete
    size: Optional[int]
    checksum: Optional[Checksum]
    adopted: bool
    fault: Optional[Fault]


class Progress(TypedDict, total=False):
    """How far a transfer is. Sizes in bytes, rate in bytes per second, eta in seconds."""

    handle: str
    kind: str  # file, list or tree
    files: Optional[FileCounts]
    status: str
    stopping: bool
    hold: str
    hold_detail: str
    fault: Optional[Fault]
    bytes_confirmed: int
    bytes_sent: int
    size: Optional[int]
    rate: float
    eta: Optional[int]
    eta_is_least: bool  # more files may be found, or some sizes are not known yet
    streams: int
    doing: str


class Record(Progress, total=False):
    """The whole record. Times are RFC 3339, UTC, or None."""

    id: str
    owner: str
    source: str
    destination: str
    priority: int
    not_before: Optional[str]
    attempts: int
    epoch: int
    bytes_resent: int
    checksum: Optional[Checksum]
    adopted: bool
    skipped: bool  # by sync what stood there is as good
    label: str
    options: Dict[str, Any]
    submitted_at: str
    committed_at: Optional[str]
    started_at: Optional[str]
    finished_at: Optional[str]


class Why(TypedDict, total=False):
    handle: str
    status: str
    hold: str
    sentence: str
    until: Optional[str]
    ahead: Optional[int]
    fault: Optional[Fault]


class History(TypedDict, total=False):
    events: List[Dict[str, Any]]
    attempts: List[Dict[str, Any]]


class Links(TypedDict, total=False):
    links: List[Dict[str, Any]]
    endpoints: List[Dict[str, Any]]


class Credential(TypedDict, total=False):
    """What is known of a stored credential; its secret never comes back."""

    id: str
    kind: str
    subject: str
    endpoint: Optional[str]
    not_after: Optional[str]
    path: str
    added_at: str
    renewed_at: str


FINAL = frozenset({"done", "failed", "user_stop_partial_trans", "user_stop"})
