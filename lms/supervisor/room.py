"""Whether the state directory can be written to: said in one sentence before anything starts."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lms.supervisor.errors import NoRoom, NotWritable

LEAST_BYTES = 50 * 2**20
"""A first start with the demo writes about half of that."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT}


@contextmanager
def usable(state_dir: Path) -> Iterator[None]:
    """Make the directory and run the body in it.

    Raises NotWritable or NoRoom, be it now or in the body, instead of the operating system's error.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(state_dir).free < LEAST_BYTES:
            raise NoRoom(state_dir)
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom(state_dir) from error
        if error.errno in _CLOSED and _is_about(error, state_dir):
            raise NotWritable(state_dir, error.strerror or "") from error
        raise


def _is_about(error: OSError, state_dir: Path) -> bool:
    """Whether it names the directory, something in it or, where it could not be made, something above it."""
    if not isinstance(error.filename, str):
        return False
    path = Path(error.filename)
    return path.is_relative_to(state_dir) or state_dir.is_relative_to(path)
