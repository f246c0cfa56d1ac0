"""What can go wrong: a refused call, and a transfer that did not end well."""

from __future__ import annotations

from typing import Optional

from .documents import Record


class RftError(Exception):
    """A call was refused, or the service cannot be reached.

    ``code`` is a stable word ("no_such_transfer", "wrong_state", ...); ``detail`` says what is wrong
    and what to do; ``http_status`` is None where there was no answer.
    """

    def __init__(self, code: str, detail: str, http_status: Optional[int] = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.http_status = http_status

    def __reduce__(self):  # type: ignore[no-untyped-def]  # so that it survives a process pool
        return type(self), (self.code, self.detail, self.http_status)


class NotDone(Exception):
    """A transfer that was waited for failed or was stopped; ``record`` is its whole record."""

    def __init__(self, record: Record) -> None:
        fault = record.get("fault") or {}
        super().__init__(fault.get("sentence") or record.get("status", ""))
        self.record = record
