"""Bytes by their SHA-256: what is stored once never changes, and storing it again costs nothing.

A file in the store has no name, no owner and no type; a table that refers to it by its hash knows those. A column that
refers says so by its type (`columns.py`); bytes that were let go are deleted when no column refers to them any more
(`leftovers.py`).
"""

from lms.files.columns import FileHash, FileHashes
from lms.files.store import FileStore, LocalFiles, of, open_store

__all__ = ["FileHash", "FileHashes", "FileStore", "LocalFiles", "of", "open_store"]
