"""Process trees as /proc shows them: what they hold, and ending all of them."""

import contextlib
import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Self

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _parents() -> dict[int, int]:
    parents = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # proc(5): the name in brackets may hold anything, the parent is the second word after it.
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return parents


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, parents first, without itself."""
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in _parents().items():
        children[parent].append(child)
    found, queue = [], [pid]
    while queue:
        below = children.pop(queue.pop(0), [])
        found += below
        queue += below
    return found


def memory(pid: int) -> int:
    """Bytes that the process holds alone, plus its share of what it holds with others; 0 when it is gone."""
    try:
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # another user's process, or a kernel without the file
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def kill_tree(pid: int, *, itself: bool = True) -> None:
    """End `pid` and everything below it, also what has left its process group."""
    for process in [*reversed(descendants(pid)), *([pid] if itself else [])]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)


class Watch:
    """Kills a tree of processes when together they hold more than `memory_bytes`, or when `also` says so.

    Limits of single processes don't bound their sum. Looks four times a second, in a thread of its own.
    """

    def __init__(self, pid: int, memory_bytes: int, also: Callable[[], bool]) -> None:
        self.pid = pid
        self.memory_bytes = memory_bytes
        self.also = also
        self.fired = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{pid}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.25):
            if self.also() or sum(memory(pid) for pid in [self.pid, *descendants(self.pid)]) > self.memory_bytes:
                self.fired = True
                kill_tree(self.pid)
                return


def folder_size(folder: Path) -> int:
    """Bytes of the files that lie directly in the folder."""
    total = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            with contextlib.suppress(OSError):
                total += entry.stat(follow_symlinks=False).st_size
    return total


def wait_until(deadline: float) -> float:
    """Seconds from now to the moment of time.monotonic(), never negative."""
    return max(0.0, deadline - time.monotonic())
