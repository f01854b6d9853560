"""Bytes by their SHA-256: what is stored once never changes, and storing it again costs nothing.

A file in the store has no name, no owner and no type; a table that refers to it by its hash knows those.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy.orm import Session

from lms import registries
from lms.settings import Settings

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileStore(Protocol):
    """Where bytes live. Every method but `put` raises ValueError for what is no SHA-256 in lower-case hex."""

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


class LocalFiles:
    """A folder of this machine: `ab/cdef…`, written beside and renamed, so that nobody ever reads half a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            self._write(path, data)
        return sha256

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()

    def open(self, sha256: str) -> BinaryIO:
        return self._path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        return self._path(sha256).read_bytes()

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hex")
        return self._folder / sha256[:2] / sha256[2:]

    def _write(self, path: Path, data: bytes) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(path.parent.parent)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
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
