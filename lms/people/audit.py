"""Who did what to whom, written in the transaction of the act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.people.models import AuditEntry, Person, TutorGroup


def record(
    session: Session,
    action: str,
    *,
    at: datetime,
    actor_id: UUID | None,
    subject_id: UUID | None = None,
    **details: str,
) -> None:
    """Add an entry. `details` are codes and ids: never a name, an e-mail or a text of somebody's."""
    session.add(
        AuditEntry(id=new_id(), at=at, actor_id=actor_id, action=action, subject_id=subject_id, details=details)
    )


@dataclass(frozen=True, slots=True)
class Searched:
    """Which entries: `subject_id` did or suffered it; `people` are ids to choose from; empty fields don't filter."""

    subject_id: UUID | None = None
    action: str = ""
    people: Select[UUID] | None = None


def list_entries(searched: Searched) -> Select[AuditEntry]:
    """Newest first; to be paged."""
    query = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if searched.subject_id is not None:
        one = searched.subject_id
        query = query.where((AuditEntry.subject_id == one) | (AuditEntry.actor_id == one))
    if searched.people is not None:
        query = query.where(AuditEntry.subject_id.in_(searched.people) | AuditEntry.actor_id.in_(searched.people))
    return query.where(AuditEntry.action == searched.action) if searched.action else query


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry as a page shows it. Names are those of today; None: the command line, or nobody any more.

    In `details` the ids of groups have become their titles, and a scope that is everywhere is empty.
    """

    at: datetime
    action: str
    actor: str | None
    subject: str | None
    details: dict[str, str]


def describe(session: Session, entries: Sequence[AuditEntry]) -> list[AuditLine]:
    """In the order given; two queries."""
    ids = {one for entry in entries for one in (entry.actor_id, entry.subject_id) if one is not None}
    places = {UUID(entry.details[key]) for entry in entries for key in PLACES if _is_place(entry.details.get(key))}
    names = dict(session.execute(select(Person.id, Person.display_name).where(Person.id.in_(ids))).all())
    names.update(session.execute(select(TutorGroup.id, TutorGroup.title).where(TutorGroup.id.in_(ids | places))).all())

    def name(one: UUID | None) -> str | None:
        return names.get(one) if one is not None else None

    def detail(key: str, text: str) -> str:
        if key not in PLACES:
            return text
        return names.get(UUID(text), text) if _is_place(text) else ""

    return [
        AuditLine(
            entry.at,
            entry.action,
            name(entry.actor_id),
            name(entry.subject_id),
            {key: detail(key, text) for key, text in entry.details.items()},
        )
        for entry in entries
    ]


PLACES = ("scope", "group")
"""Details that hold the id of where something counts."""


def _is_place(text: str | None) -> bool:
    return bool(text) and text != "None"
