"""Ports: those of the last start if they are free, else the next free ones."""

import contextlib
import errno
import json
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lms.supervisor.errors import NoFreePort

TRIES = 200
PATIENCE_SECONDS = 3.0
"""A port of the last start may still be let go of: its address is worth a short wait."""


def choose_ports(file: Path, defaults: Mapping[str, int], say: Callable[[str], None]) -> dict[str, int]:
    """A free port for each name, remembered in `file` for the next start; says so where it had to move.

    Raises NoFreePort if a few hundred in a row are busy.
    """
    before = _remembered(file)
    chosen: dict[str, int] = {}
    for name, default in defaults.items():
        wanted = before.get(name, default)
        if name in before:
            _wait_for(wanted)
        port = _next_free(wanted, set(chosen.values()))
        if port != wanted:
            say(f"port {wanted} is busy: {name} takes {port} instead.")
        chosen[name] = port
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(chosen))
    draft.replace(file)
    return chosen


def is_free(port: int) -> bool:
    """Whether nobody listens there, on either loopback address: browsers resolve *.localhost to both."""
    return _binds(socket.AF_INET, "", port) and _binds(socket.AF_INET6, "::1", port)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_free(port) and time.monotonic() < until:
        time.sleep(0.05)


def _next_free(wanted: int, taken: set[int]) -> int:
    for port in range(wanted, min(wanted + TRIES, 65536)):
        if port not in taken and is_free(port):
            return port
    raise NoFreePort(wanted, wanted + TRIES)


def _binds(family: socket.AddressFamily, host: str, port: int) -> bool:
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just closed do not count
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno not in {errno.EADDRINUSE, errno.EACCES}  # a machine without IPv6 has no such address
    return True


def _remembered(file: Path) -> dict[str, int]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(file.read_text())
        if isinstance(found, dict):
            return {str(name): port for name, port in found.items() if isinstance(port, int) and 0 < port < 65536}
    return {}
