"""The warm process seen from outside: starting it, having it fork, ending what it forked."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lms.grading.isolated import frames
from lms.grading.isolated.walls import Walls

_CHECKOUT = Path(__file__).resolve().parents[3]
_START = (
    f"import sys; sys.path.insert(0, {str(_CHECKOUT)!r}); from lms.grading.isolated.zygote_main import main; main()"
)
_START_SECONDS = 120.0
_FORK_SECONDS = 20.0


class NoSandbox(Exception):
    """A process could not be put behind its walls; the text says why."""


@dataclass(slots=True)
class Inmate:
    """A process in its sandbox: `control` is our line to it, `pid` is process 1 of its namespace."""

    pid: int
    control: socket.socket
    handle: int
    """A pidfd, so that a pid that was given to somebody else is never hit."""

    def interrupt(self) -> None:
        """Ctrl-C."""
        with suppress(OSError):
            signal.pidfd_send_signal(self.handle, signal.SIGINT)

    def end(self) -> None:
        """Kill it with all that it started. Returns when process 1 is gone, which is after all others (pid_namespaces(7))."""
        with suppress(OSError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        select.select([self.handle], [], [], _FORK_SECONDS)
        os.close(self.handle)
        self.control.close()


class Zygote:
    """One warm process. Not for several threads at once."""

    def __init__(self, modules: tuple[str, ...], environment: dict[str, str]) -> None:
        """Start it and wait until it is warm. Raises NoSandbox."""
        self._folder = tempfile.mkdtemp(prefix="lms-warm-")
        environment = environment | {"IPYTHONDIR": self._folder, "TMPDIR": "/tmp"}  # noqa: S108 -- inside
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START],
            stdin=theirs.fileno(),
            env=environment,
            start_new_session=True,
        )
        theirs.close()
        self._channel.settimeout(_START_SECONDS)
        try:
            self._channel.send(json.dumps({"modules": list(modules), "environment": environment}).encode())
            ready = self._channel.recv(16)
        except OSError as error:
            self.close()
            raise NoSandbox(f"the warm process did not start: {error}") from error
        if ready != b"ready":
            self.close()
            raise NoSandbox("the warm process ended at its start")

    def fork(self, side: str, walls: Walls, line: socket.socket, options: dict[str, Any]) -> Inmate:
        """A process of its own behind `walls`, with `line` to the other side. Raises NoSandbox."""
        control, theirs = socket.socketpair()
        control.settimeout(frames.SECONDS)  # a process that doesn't read must not stop us
        told, report = os.pipe()
        order = {
            "side": side,
            "walls": {**asdict(walls), "calls": walls.calls.hex()},
            "options": options,
        }
        try:
            socket.send_fds(self._channel, [json.dumps(order).encode()], [theirs.fileno(), line.fileno(), report])
        except OSError as error:
            control.close()
            raise NoSandbox(f"the warm process is gone: {error}") from error
        finally:
            theirs.close()
            os.close(report)
        try:
            pid = _told_pid(told)
            return Inmate(pid, control, os.pidfd_open(pid))
        except OSError as error:
            control.close()
            raise NoSandbox(str(error)) from error
        finally:
            os.close(told)

    def close(self) -> None:
        """End it; what it forked ends with it."""
        self._channel.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _told_pid(told: int) -> int:
    """The first line of the report, and that the walls stand: the pipe is closed when they do."""
    said, until = b"", time.monotonic() + _FORK_SECONDS
    while True:
        ready, _, _ = select.select([told], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise NoSandbox("the sandbox did not come up in time")
        part = os.read(told, 4096)
        if not part:
            break
        said += part
    first, _, rest = said.decode("utf-8", "replace").partition("\n")
    if rest or not first.isdigit():
        raise NoSandbox((rest or first or "the sandbox ended at its start").strip())
    return int(first)
