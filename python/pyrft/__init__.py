"""Reliable file transfer between GridFTP servers: the service's calls from Python.

The eight calls stand here as functions; they talk to the service that the rules of the command line
find. Client and AsyncClient have them as methods, besides idiomatic ones. FAIL is RftError.
"""

from __future__ import annotations

import threading
from typing import Optional, Union

from .async_client import AsyncClient
from .client import Client, NoProxy
from .documents import (
    FINAL,
    AddedFiles,
    Answer,
    Checksum,
    Credential,
    Fault,
    FileCounts,
    FileRecord,
    History,
    Links,
    NewFile,
    Progress,
    Record,
    RefusedLine,
    Why,
)
from .errors import NotDone, RftError
from .server import Server, find_server

__version__ = "0.1.0"

_lock = threading.Lock()
_default: Optional[Client] = None


def _client() -> Client:
    global _default
    with _lock:
        if _default is None:
            _default = Client()
        return _default


def submitTransferRequest(handle: str, src_url: str, dst_url: str, priority: int = 50) -> str:
    """Submits a transfer, which does not move before its commit. Returns its handle."""
    return _client().submitTransferRequest(handle, src_url, dst_url, priority)


def commitTransferRequest(handle: str) -> Answer:
    """Queues it; of a failed or stopped one: tries again from where it was."""
    return _client().commitTransferRequest(handle)


def completeTransferRequest(handle: str, src_url: str, dst_url: str, priority: int = 50) -> Answer:
    """Submits and commits in one durable step."""
    return _client().completeTransferRequest(handle, src_url, dst_url, priority)


def listTransferRequest(handle: str) -> Record:
    """The whole record."""
    return _client().listTransferRequest(handle)


def checkStatusRequest(handle: str) -> Progress:
    """Status, bytes, rate, hold and fault."""
    return _client().checkStatusRequest(handle)


def changePriorityRequest(handle: str, priority: Union[int, str]) -> Answer:
    """``priority`` is 0 to 100, "push", "increase" or "decrease"."""
    return _client().changePriorityRequest(handle, priority)


def clearRecordRequest(handle: str) -> Answer:
    """Erases the record; of something partial also what it left at the destination."""
    return _client().clearRecordRequest(handle)


def userStopTransferRequest(handle: str) -> Answer:
    """Stops it; what has arrived is kept."""
    return _client().userStopTransferRequest(handle)


__all__ = [
    "FINAL",
    "AddedFiles",
    "Answer",
    "AsyncClient",
    "Checksum",
    "Client",
    "Credential",
    "Fault",
    "FileCounts",
    "FileRecord",
    "History",
    "Links",
    "NewFile",
    "NoProxy",
    "NotDone",
    "Progress",
    "Record",
    "RefusedLine",
    "RftError",
    "Server",
    "Why",
    "changePriorityRequest",
    "checkStatusRequest",
    "clearRecordRequest",
    "commitTransferRequest",
    "completeTransferRequest",
    "find_server",
    "listTransferRequest",
    "submitTransferRequest",
    "userStopTransferRequest",
]
