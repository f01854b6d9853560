"""One supervisor for a part of a state directory at a time."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lms.supervisor.errors import AlreadyRunning


@contextmanager
def claimed(state_dir: Path, parts: Iterable[str]) -> Iterator[None]:
    """Hold `state_dir` for these parts; the kernel lets go when this process ends, however it ends.

    Raises AlreadyRunning for the first part that somebody holds.
    """
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        for part in parts:
            held.enter_context(_claimed(state_dir, part))
        yield


@contextmanager
def _claimed(state_dir: Path, part: str) -> Iterator[None]:
    with (state_dir / f"{part}.pid").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(part, state_dir, file.read().strip() or "?") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
