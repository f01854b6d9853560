"""What an import did: the audit log knows, since everything of one import was written at the same moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.people.models import Account, AuditEntry, Person

IMPORTED = "list.imported"


@dataclass(frozen=True, slots=True)
class DoneImport:
    """`waiting` are those whom it added and who have not come in yet, by name."""

    new: int
    changed: int
    waiting: tuple[UUID, ...]


def entry_id_of(session: Session, *, by: UUID, at: datetime) -> UUID:
    """The entry of the import that `by` made at this moment. Raises NotFound."""
    mine = (AuditEntry.action == IMPORTED) & (AuditEntry.actor_id == by) & (AuditEntry.at == at)
    entry_id = session.scalar(select(AuditEntry.id).where(mine).limit(1))
    if entry_id is None:
        raise NotFound
    return entry_id


def get_done(session: Session, entry_id: UUID) -> DoneImport:
    """Raises NotFound. Two queries."""
    entry = session.get(AuditEntry, entry_id)
    if entry is None or entry.action != IMPORTED:
        raise NotFound
    came_in = select(Account.person_id).where(Account.password_hash.is_not(None) | (Account.provider != "password"))
    waiting = (
        select(Person.id)
        .join(AuditEntry, AuditEntry.subject_id == Person.id)
        .where(
            AuditEntry.action == "person.added",
            AuditEntry.at == entry.at,
            AuditEntry.actor_id == entry.actor_id,
            Person.erased_at.is_(None),
            Person.id.not_in(came_in),
        )
        .order_by(Person.plain_name, Person.id)
    )
    return DoneImport(int(entry.details["new"]), int(entry.details["changed"]), tuple(session.scalars(waiting)))
