"""A request's sessions. Reading is free; whoever writes says so, for one use case, and commits it whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from lms.database import WRITING, db
from lms.registries import Registries


def reading() -> Session:
    """The request's session, for queries."""
    session = cast(Session, db.session())
    registries = cast(Registries, current_app.extensions["lms.registries"])
    registries.bind(cast("dict[object, object]", session.info))
    return session


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One use case that writes: begun with BEGIN IMMEDIATE on SQLite, committed at the end, undone by an exception.

    Enter it after the form is parsed: what was read before is let go of, and on SQLite nobody else writes meanwhile.
    """
    session = reading()
    session.rollback()
    session.connection(execution_options=WRITING)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
