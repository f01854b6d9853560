"""Keep a server's processes together within their memory: the kernel that takes too much is ended, not the server."""

import asyncio
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

INTERVAL_SECONDS = 3.0


def resident_bytes(pid: int) -> int:
    """What the process holds with all it shares (RSS), never less than its PSS and far cheaper to ask for; 0 when gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def proportional_bytes(pid: int) -> int:
    """What the process holds, shared pages divided among their sharers (PSS); 0 when it is gone."""
    with suppress(OSError):  # ended meanwhile: ENOENT or ESRCH
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def server_of(bwrap: int) -> psutil.Process | None:
    """The notebook server in the sandbox of `bwrap`: the first child of the sandbox's init; None when it has ended.

    Raises psutil.NoSuchProcess when the sandbox has ended.
    """
    for init in psutil.Process(bwrap).children():
        for server in init.children():
            return server
    return None


async def keep_within(bwrap: int, limit: int, on_kill: Callable[[int, int], None]) -> None:
    """Until the sandbox ends: when its processes hold more than `limit` bytes together, end the largest kernel.

    `on_kill` hears of the pid and of the total. Jupyter starts a fresh kernel and tells the participant.
    """
    with suppress(psutil.NoSuchProcess):
        while server := server_of(bwrap):
            # all of the sandbox: a process whose parent ended is a child of the sandbox's init, and no longer of the server
            inside = {each.pid for each in psutil.Process(bwrap).children(recursive=True)}
            kernels = inside - {server.pid, server.ppid()}
            if sum(map(resident_bytes, [server.pid, *kernels])) > limit:
                held = {pid: proportional_bytes(pid) for pid in kernels}
                total = sum(held.values()) + proportional_bytes(server.pid)
                if total > limit and held:
                    largest = max(held, key=held.__getitem__)
                    with suppress(ProcessLookupError):
                        os.kill(largest, signal.SIGKILL)
                    on_kill(largest, total)
            await asyncio.sleep(INTERVAL_SECONDS)
