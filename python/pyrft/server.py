"""Which daemon a client talks to, and how one is started where none runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import List, Mapping, NamedTuple, Optional

from .errors import RftError

SYSTEM_SOCKET = "/run/rft/rftd.sock"
SYSTEM_CONFIG = "/etc/rft/rftd.toml"


class Server(NamedTuple):
    """A Unix socket, and the state folder in which a daemon of this user's may be started."""

    socket: str
    state_folder: Optional[str] = None


def find_server(
    server: Optional[str] = None,
    environment: Optional[Mapping[str, str]] = None,
    system_config: str = SYSTEM_CONFIG,
) -> Server:
    """``server`` ("unix:/path"), else RFT_SERVER, else the system's service where it is installed,
    else the user's own state folder."""
    env = os.environ if environment is None else environment
    if server:
        return _parse(server, "server")
    if env.get("RFT_SERVER"):
        return _parse(env["RFT_SERVER"], "RFT_SERVER")
    if os.path.exists(system_config):
        return Server(SYSTEM_SOCKET)
    folder = state_folder(env)
    return Server(os.path.join(folder, "rftd.sock"), folder)


def state_folder(env: Mapping[str, str]) -> str:
    if env.get("RFT_STATE_DIR"):
        return os.path.abspath(env["RFT_STATE_DIR"])
    if env.get("XDG_STATE_HOME", "").startswith("/"):
        return os.path.join(env["XDG_STATE_HOME"], "rft")
    home = env.get("HOME") or os.path.expanduser("~")
    if not home.startswith("/"):
        raise RftError("invalid_request", "there is no folder for the service's state: set RFT_STATE_DIR")
    return os.path.join(home, ".local/state/rft")


def _parse(text: str, source: str) -> Server:
    path = text[len("unix:") :] if text.startswith("unix:") else text
    if not path.startswith("/"):
        raise RftError("invalid_request", f"{source} is '{text}'; it takes unix:/path/to/rftd.sock")
    return Server(path)


# A Popen that is dropped while its child runs complains; the daemon is meant to outlive us.
_started: List["subprocess.Popen[bytes]"] = []


def daemon_program() -> str:
    """The rftd beside this interpreter, else the one that PATH finds."""
    beside = os.path.join(os.path.dirname(sys.executable or ""), "rftd")
    return beside if os.access(beside, os.X_OK) else (shutil.which("rftd") or "rftd")


def start_daemon(folder: str) -> "subprocess.Popen[bytes]":
    """Starts rftd in a session of its own and does not wait. Of two started at once one remains."""
    _started[:] = [child for child in _started if child.poll() is None]
    program = os.path.abspath(daemon_program()) if os.sep in daemon_program() else daemon_program()
    try:
        child = subprocess.Popen(
            [program, "--state-dir", folder, "--self-started"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise RftError(
            "unreachable", f"no service runs, and '{program}' cannot be started: {error.strerror}"
        ) from error
    _started.append(child)
    return child
