"""Where bytes live."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy.orm import Session

from lms import registries
from lms.settings import Settings

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DRAFT = ".draft-"


class FileStore(Protocol):
    """Where bytes live. Every method that takes a hash raises ValueError for what is no SHA-256 in lower-case hex.

    Put bytes shortly before the row that refers to them, also when they may be there already: what was put lately is
    never discarded, so the row finds them whoever lets them go meanwhile. Bytes with which somebody can be told are let
    go before they are put (`leftovers.let_go`).
    """

    def name(self, data: bytes) -> str:
        """The SHA-256 under which `put` will store these bytes."""
        ...

    def put(self, data: bytes) -> str:
        """Store the bytes and return their SHA-256; they are on the disk when it returns."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether these bytes are there."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes as a stream. Raises FileNotFoundError."""
        ...

    def read(self, sha256: str) -> bytes:
        """The bytes. Raises FileNotFoundError."""
        ...

    def discard(self, sha256: str, *, untouched_since: datetime) -> bool:
        """Delete the bytes for good unless somebody has put them since then; whether they were deleted."""
        ...

    def discard_drafts(self, *, untouched_since: datetime) -> None:
        """Delete what was half written when its process was killed."""
        ...


class LocalFiles:
    """A folder of this machine: `ab/cdef…`, written beside and renamed, so that nobody ever reads half a file.

    The time of a file is when it was put last. Who puts shares a lock on the folder `ab`, who discards holds it alone:
    between looking at the time and deleting nobody puts.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def name(self, data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    def put(self, data: bytes) -> str:
        sha256 = self.name(data)
        path = self._path(sha256)
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(path.parent.parent)
        with _locked(path.parent, fcntl.LOCK_SH):
            if path.exists():
                os.utime(path)
            else:
                self._write(path, data)
        return sha256

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()

    def open(self, sha256: str) -> BinaryIO:
        return self._path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        return self._path(sha256).read_bytes()

    def discard(self, sha256: str, *, untouched_since: datetime) -> bool:
        path = self._path(sha256)
        if not path.parent.is_dir():
            return False
        with _locked(path.parent, fcntl.LOCK_EX):
            if not _is_older(path, untouched_since):
                return False
            path.unlink()
        return True

    def discard_drafts(self, *, untouched_since: datetime) -> None:
        for path in self._folder.glob(f"[0-9a-f][0-9a-f]/{_DRAFT}*"):
            if _is_older(path, untouched_since):
                path.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hex")
        return self._folder / sha256[:2] / sha256[2:]

    def _write(self, path: Path, data: bytes) -> None:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=_DRAFT)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def _is_older(path: Path, since: datetime) -> bool:
    """False also when it is not there."""
    try:
        return path.stat().st_mtime < since.timestamp()
    except FileNotFoundError:
        return False


@contextmanager
def _locked(folder: Path, mode: int) -> Iterator[None]:
    """Hold a lock on a folder against other threads and processes; a killed holder lets go."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, mode)
        yield
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """A renamed file survives a power cut only when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_store(settings: Settings) -> FileStore:
    """The store that these settings name."""
    return LocalFiles(settings.files_dir)


def of(session: Session) -> FileStore:
    """The store of the installation that this session belongs to."""
    return open_store(registries.of(session).get_existing(Settings))
