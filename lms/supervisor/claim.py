"""One supervisor for a part of a state directory at a time."""

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from lms.supervisor.errors import AlreadyRunning

REST_SECONDS = 30.0
"""How long the children of a supervisor that was killed may take to end: their leashes give them ten seconds."""
POLL_SECONDS = 0.1


@contextmanager
def claimed(state_dir: Path, parts: Iterable[str], say: Callable[[str], None]) -> Iterator[tuple[int, ...]]:
    """Hold `state_dir` for these parts; the kernel lets go when this process has ended, however it ends.

    Gives the files' descriptors: a process that inherits one holds on with us. So does the leash of each child, and a
    start after a kill waits until nothing of the last one is left, instead of finding its ports busy.
    Raises AlreadyRunning for the first part that somebody holds.
    """
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        yield tuple(held.enter_context(_claimed(state_dir, part, say)) for part in parts)


@contextmanager
def _claimed(state_dir: Path, part: str, say: Callable[[str], None]) -> Iterator[int]:
    with (state_dir / f"{part}.pid").open("a+") as file:
        if not (_is_ours(file) and _is_left(file, lambda: say(f"waiting for the {part} of the last start to end."))):
            file.seek(0)
            raise AlreadyRunning(part, state_dir, file.read().strip() or "?") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()


def _is_ours(file: IO[str]) -> bool:
    """Whether no other supervisor holds the file. This kind of lock is a process's own and is not inherited."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN}:
            return False
        raise
    return True


def _is_left(file: IO[str], say: Callable[[], None]) -> bool:
    """Whether in time no leash of an earlier supervisor holds the file. This kind of lock is inherited."""
    until, said = time.monotonic() + REST_SECONDS, False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            if not said:
                say()
            said = True
            time.sleep(POLL_SECONDS)
        else:
            return True
