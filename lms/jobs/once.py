"""Rows that several processes may want to write at once, and that are written once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.database import Base


def insert_once(session: Session, table: type[Base], row: Mapping[str, Any], *, unique: Sequence[str]) -> None:
    """Insert the row unless one has the same values in the columns `unique`; waits for whoever is writing it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(table).values(**row).on_conflict_do_nothing(index_elements=list(unique)))
