"""What the operating system says of processes below us."""

import contextlib
from pathlib import Path

import psutil


def computes_in_a_sandbox(process: psutil.Process) -> bool:
    """Whether it lives in a process namespace of its own and has used more than a second of CPU there."""
    with contextlib.suppress(OSError, psutil.Error):
        apart = Path(f"/proc/{process.pid}/ns/pid").readlink() != Path("/proc/self/ns/pid").readlink()
        return apart and process.cpu_times().user > 1
    return False
