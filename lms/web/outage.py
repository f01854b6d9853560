"""The database is away: stopped, full, locked for too long, or no database any more."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

_SQLITE_AWAY = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}
"""Without SQLITE_ERROR, which is a wrong statement: a fault of ours (https://sqlite.org/rescode.html)."""


def is_outage(error: BaseException | None) -> bool:
    """Whether this is the database's trouble, which another try in a while may not have, and no fault of ours."""
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_AWAY  # the low byte is the kind, the rest says more
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
