"""Families of processes, told by the kernel. Standard library only; on other systems than Linux it knows less."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h, see prctl(2)
PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(option, value, 0, 0, 0)


def adopt_orphans() -> None:
    """From now on descendants whose parent ended become this process's children instead of init's."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(number: signal.Signals) -> None:
    """Ask the kernel for this signal when the parent thread ends, however it ends."""
    _prctl(PR_SET_PDEATHSIG, number)


def descendants(pid: int) -> set[int]:
    """Living processes below `pid` (zombies left out); empty where there is no /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):  # it ended while we looked
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(entry.parent.name)] = int(parent)
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= new
    return found


def kill_family(pid: int, *, spare: frozenset[int] = frozenset(), seconds: float = 5.0) -> None:
    """SIGKILL everything below `pid` until nothing is left, however fast it forks; `spare` and theirs stay."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        kept = spare.union(*(descendants(one) for one in spare))
        family = descendants(pid) - kept
        if not family:
            return
        for member in family:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(member, signal.SIGKILL)
        time.sleep(0.02)
