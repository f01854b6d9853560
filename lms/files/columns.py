"""Types of columns that refer to the file store."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.types import TypeDecorator


class FileHash(TypeDecorator[str]):
    """The SHA-256 of one file. Call the column `sha256` or `…_sha256`: by that name it is found in the tables of a plugin
    that is switched off, whose types nobody knows.
    """

    impl = String(64)
    cache_ok = True


class FileHashes(TypeDecorator[dict[str, Any]]):
    """Several files: a path or name -> SHA-256. For tables of the core, which is never switched off."""

    impl = JSON
    cache_ok = True
