"""The proxy before hub and servers: traefik from its wheel, else the proxy written in Python."""

import shutil
import subprocess
import sys
from pathlib import Path
from socket import socket

from jupyterhub_traefik_proxy.fileprovider import TraefikFileProviderProxy

BOUND = [sys.executable, str(Path(__file__).with_name("bound.py"))]
"""Prefix of a command that must end with the hub, however the hub ends."""


def find_program(name: str) -> str | None:
    """The path of a program of this virtual environment, else of the system; None when there is none."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on just now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class BoundTraefik(TraefikFileProviderProxy):  # type: ignore[misc]  # ships no types
    """traefik that can't outlive the hub: one left behind keeps the port and knows only the old password."""

    def _start_traefik(self) -> None:
        config = str(Path(self.static_config_file).absolute())
        self.traefik_process = subprocess.Popen([*BOUND, find_program("traefik") or "traefik", "--configfile", config])
