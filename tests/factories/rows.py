"""A row in any table, for tests that go through all of them."""

from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Boolean, DateTime, Integer, LargeBinary, Numeric, Table, Uuid, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from lms.clock import now

CHOSEN: dict[str, dict[str, Any]] = {
    "grading_attempt": {"state": "queued"},
    "lti_roster": {"status": "new"},
    "lti_roster_member": {"subject_hash": "0" * 64},
    "lti_score_post": {"status": "sent"},
    "people_link": {"purpose": "invite"},
}
"""Where a constraint wants one of several words, or the text is a hash."""
FILLED = {("lti_score_target", "registration_id")}
"""Columns that may be empty, and of which a constraint wants one filled."""


def insert_row(session: Session, table: Table, *, text: str, **given: Any) -> dict[str, Any]:
    """Insert a row with `text` in every text that the table needs; rows that it must refer to are made with others."""
    values = CHOSEN.get(table.name, {}) | given
    for column in table.columns:
        if column.name in values or (column.nullable and (table.name, column.name) not in FILLED):
            continue
        target = next((key.column for key in column.foreign_keys), None)
        if target is None:
            values[column.name] = _value(column.type, text)
            continue
        known = session.scalar(select(target).limit(1))
        values[column.name] = known or insert_row(session, target.table, text="of nobody")[target.name]
    session.execute(insert(table).values(values))
    return values


def _value(kind: Any, text: str) -> Any:
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    made: dict[type, Any] = {
        Uuid: uuid4(),
        DateTime: now(),
        Boolean: True,
        Integer: 1,
        Numeric: 1,
        LargeBinary: text.encode(),
    }
    for sort, value in made.items():
        if isinstance(plain, sort):
            return value
    if isinstance(plain, JSON):
        return {}
    return f"{text} {uuid4()}"[: plain.length]
