"""The caller's own proxy: where it is by the rules of the Globus toolkit."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple, Optional

from .errors import RftError

LENGTH_MAX = 256 * 1024


class Proxy(NamedTuple):
    path: str
    pem: str

    def __repr__(self) -> str:
        return f"Proxy({self.path!r})"


def needs_proxy(url: str) -> bool:
    return url[:9].lower() == "gsiftp://"


def usual_place() -> str:
    return os.environ.get("X509_USER_PROXY") or f"/tmp/x509up_u{os.getuid()}"


def read_proxy(path: Optional[str] = None) -> Optional[Proxy]:
    """The proxy in ``path``, else in the usual place; None where nothing stands there.

    Its text is not judged: the service does that. A file that was named must be there.
    """
    named = path or os.environ.get("X509_USER_PROXY")
    place = os.path.abspath(path or usual_place())
    try:
        # O_NONBLOCK: a FIFO under the name must not hold us up.
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as error:
        if named:
            raise _unusable(place, "there is no such file") from error
        return None
    except OSError as error:
        raise _unusable(place, error.strerror) from error
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _unusable(place, "it is not a regular file")
        pem = file.read(LENGTH_MAX + 1)
    if len(pem) > LENGTH_MAX:
        raise _unusable(place, f"it is longer than {LENGTH_MAX} bytes")
    return Proxy(place, pem.decode("utf-8", "replace"))


def _unusable(place: str, why: Optional[str]) -> RftError:
    return RftError("invalid_credential", f"the proxy {place} cannot be used: {why}")
