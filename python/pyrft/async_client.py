"""The same calls to await: each runs in a thread of the loop's pool, waits sleep in the loop."""

from __future__ import annotations

import asyncio
import functools
import itertools
import time
from typing import Any, AsyncIterator, Callable, Dict, Iterable, List, Optional, TypeVar, Union

from .client import Client, Seen, ended, look_intervals
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
from .server import Server

T = TypeVar("T")

LINES_AT_ONCE = 1000  # of a receipt, for each turn in a thread


class AsyncClient:
    """Takes what Client takes, and has its methods as coroutines.

    A cancelled call may still reach the service: its answer is then thrown away.
    """

    def __init__(self, server: Union[str, Server, None] = None, **settings: Any) -> None:
        self._client = Client(server, **settings)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._call(self._client.close)

    async def _call(self, method: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, functools.partial(method, *args, **kwargs))

    async def submitTransferRequest(
        self, handle: str, src_url: str, dst_url: str, priority: int = 50
    ) -> str:
        return await self._call(
            self._client.submitTransferRequest, handle, src_url, dst_url, priority
        )

    async def commitTransferRequest(self, handle: str) -> Answer:
        return await self.commit(handle)

    async def completeTransferRequest(
        self, handle: str, src_url: str, dst_url: str, priority: int = 50
    ) -> Answer:
        return await self._call(
            self._client.completeTransferRequest, handle, src_url, dst_url, priority
        )

    async def listTransferRequest(self, handle: str) -> Record:
        return await self.record(handle)

    async def checkStatusRequest(self, handle: str) -> Progress:
        return await self.status(handle)

    async def changePriorityRequest(self, handle: str, priority: Union[int, str]) -> Answer:
        return await self.priority(handle, priority)

    async def clearRecordRequest(self, handle: str) -> Answer:
        return await self.clear(handle)

    async def userStopTransferRequest(self, handle: str) -> Answer:
        return await self.stop(handle)

    async def submit(self, source: str, destination: str, **rest: Any) -> Answer:
        return await self._call(self._client.submit, source, destination, **rest)

    async def copy(
        self,
        source: str,
        destination: str,
        *,
        timeout: Optional[float] = None,
        seen: Optional[Seen] = None,
        **rest: Any,
    ) -> Record:
        answer = await self.submit(source, destination, commit=True, **rest)
        last = await self.wait(answer["handle"], timeout=timeout, seen=seen)
        return ended(await self.record(answer["handle"]), last)

    async def copy_tree(self, source: str, destination: str, **rest: Any) -> Record:
        return await self.copy(source, destination, kind="tree", **rest)

    async def add_files(self, handle: str, files: Iterable[Union[str, NewFile]]) -> AddedFiles:
        return await self._call(self._client.add_files, handle, files)

    async def files(
        self, handle: str, status: Optional[str] = None, *, page: int = 1000
    ) -> AsyncIterator[FileRecord]:
        files = self._client.files(handle, status, page=page)
        while True:
            # Only the first of a page asks the service.
            some = await self._call(lambda: [*itertools.islice(files, page)])
            for file in some:
                yield file
            if len(some) < page:
                return

    async def receipt(self, handle: str) -> AsyncIterator[bytes]:
        lines = self._client.receipt(handle)
        while some := await self._call(lambda: [*itertools.islice(lines, LINES_AT_ONCE)]):
            for line in some:
                yield line

    async def commit(self, handle: str) -> Answer:
        return await self._call(self._client.commit, handle)

    async def stop(self, handle: str) -> Answer:
        return await self._call(self._client.stop, handle)

    async def clear(self, handle: str) -> Answer:
        return await self._call(self._client.clear, handle)

    async def priority(self, handle: str, to: Union[int, str]) -> Answer:
        return await self._call(self._client.priority, handle, to)

    async def record(self, handle: str) -> Record:
        return await self._call(self._client.record, handle)

    async def status(self, handle: str) -> Progress:
        return await self._call(self._client.status, handle)

    async def wait(
        self, handle: str, *, timeout: Optional[float] = None, seen: Optional[Seen] = None
    ) -> Progress:
        end = None if timeout is None else time.monotonic() + timeout
        for interval in look_intervals():
            look = await self.status(handle)
            if seen:
                seen(look)
            if look["status"] in FINAL or (end is not None and time.monotonic() + interval > end):
                return look
            await asyncio.sleep(interval)
        raise AssertionError("the looks have no end")

    async def list(self, status: Optional[str] = None) -> "List[Record]":
        return await self._call(lambda: [*self._client.list(status)])

    async def history(self, handle: str) -> History:
        return await self._call(self._client.history, handle)

    async def why(self, handle: str) -> Why:
        return await self._call(self._client.why, handle)

    async def links(self) -> Links:
        return await self._call(self._client.links)

    async def add_proxy(self, path: Optional[str] = None) -> Credential:
        return await self._call(self._client.add_proxy, path)

    async def add_password(self, endpoint: str, user: str, password: str) -> Credential:
        return await self._call(self._client.add_password, endpoint, user, password)

    async def credentials(self) -> "List[Credential]":
        return await self._call(self._client.credentials)

    async def remove_credential(self, id: str) -> None:
        await self._call(self._client.remove_credential, id)

    async def version(self) -> Dict[str, Any]:
        return await self._call(self._client.version)

    async def service_key(self) -> Dict[str, Any]:
        return await self._call(self._client.service_key)
