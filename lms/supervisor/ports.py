"""Ports: the usual ones if they are free, else the next free ones; kept while the supervisor lives."""

import contextlib
import errno
import json
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from lms.supervisor.errors import NoFreePort

TRIES = 200
PATIENCE_SECONDS = 3.0
"""A port of the last start may still be let go of: its address is worth a short wait."""


class Ports:
    """The ports of this process's children, whether they listen just now or not.

    Between choosing and listening lie seconds, and a child that was killed listens again only after a pause: another
    supervisor of this machine must not take the port then. So each is a name in the kernel (unix(7), "abstract"), which
    goes with the process, however it ends. Other systems than Linux have no such names; there the first to listen wins.
    """

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for name in self._held.values():
            name.close()
        self._held.clear()

    def take(self, port: int) -> bool:
        """Keep the port; False if somebody listens there or keeps it, be it this very process."""
        if port in self._held or not is_free(port):
            return False
        name = socket.socket(socket.AF_UNIX)
        try:
            if sys.platform == "linux":
                name.bind(f"\0lms-port-{port}")
        except OSError:
            name.close()
            return False
        self._held[port] = name
        return True


def choose_ports(
    file: Path, defaults: Mapping[str, int], ports: Ports, say: Callable[[str], None], *, stay: bool = True
) -> dict[str, int]:
    """A free port for each name, written to `file`; says so where it had to move.

    With `stay` it begins with the ports of the last start, without it with the defaults, to which a start returns then.

    Raises NoFreePort if a few hundred in a row are busy.
    """
    before = _remembered(file)
    chosen: dict[str, int] = {}
    for name, default in defaults.items():
        wanted = before.get(name, default) if stay else default
        if before.get(name) == wanted:
            _wait_for(wanted)
        port = _next_free(wanted, ports)
        if port != wanted:
            say(f"port {wanted} is busy: {name} takes {port} instead.")
        chosen[name] = port
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps({**before, **chosen}))
    draft.replace(file)
    return chosen


def is_free(port: int) -> bool:
    """Whether nobody listens there, on either loopback address: browsers resolve *.localhost to both."""
    return _binds(socket.AF_INET, "", port) and _binds(socket.AF_INET6, "::1", port)


def _remembered(file: Path) -> dict[str, int]:
    """The ports of the last start by name; empty if there was none or the file is spoilt."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(file.read_text())
        if isinstance(found, dict):
            return {str(name): port for name, port in found.items() if isinstance(port, int) and 0 < port < 65536}
    return {}


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_free(port) and time.monotonic() < until:
        time.sleep(0.05)


def _next_free(wanted: int, ports: Ports) -> int:
    for port in range(wanted, min(wanted + TRIES, 65536)):
        if ports.take(port):
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
