"""Transactions that must come one after the other because each looks at what the other is about to change."""

import hashlib

from sqlalchemy import text
from sqlalchemy.orm import Session


def take_turn(session: Session, what: str) -> None:
    """Wait until no other transaction has the turn of this name, and keep it until this one ends.

    PostgreSQL's advisory lock; on SQLite the writing transaction itself is such a lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
