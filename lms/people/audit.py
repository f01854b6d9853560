"""Who did what to whom, written in the transaction of the act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_
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


def list_entries(subject_id: UUID | None = None, action: str = "") -> Select[AuditEntry]:
    """Newest first; to be paged."""
    query = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if subject_id is not None:
        query = query.where((AuditEntry.subject_id == subject_id) | (AuditEntry.actor_id == subject_id))
    return query.where(AuditEntry.action == action) if action else query


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry as a page shows it. Names are those of today; None: the command line, or nobody any more."""

    at: datetime
    action: str
    actor: str | None
    subject: str | None
    details: dict[str, str]


def describe(session: Session, entries: Sequence[AuditEntry]) -> list[AuditLine]:
    """In the order given; two queries."""
    ids = {one for entry in entries for one in (entry.actor_id, entry.subject_id) if one is not None}
    names = dict(session.execute(select(Person.id, Person.display_name).where(Person.id.in_(ids))).all())
    names.update(session.execute(select(TutorGroup.id, TutorGroup.title).where(TutorGroup.id.in_(ids))).all())

    def name(one: UUID | None) -> str | None:
        return names.get(one) if one is not None else None

    return [
        AuditLine(entry.at, entry.action, name(entry.actor_id), name(entry.subject_id), entry.details)
        for entry in entries
    ]


ACTIONS: dict[str, str] = {
    "person.added": N_("person added"),
    "person.renamed": N_("name changed"),
    "person.locked": N_("access locked"),
    "person.unlocked": N_("access unlocked"),
    "person.signed_out": N_("signed out everywhere"),
    "person.exported": N_("data exported"),
    "person.erased": N_("person erased"),
    "role.granted": N_("role given"),
    "role.revoked": N_("role taken away"),
    "link.invite": N_("invitation made"),
    "link.reset": N_("link for a new password made"),
    "link.invite.used": N_("invitation used"),
    "link.reset.used": N_("password changed by link"),
    "password.changed": N_("own password changed"),
    "list.imported": N_("list imported"),
    "group.created": N_("group made"),
    "group.renamed": N_("group renamed"),
    "group.deleted": N_("group deleted"),
    "group.joined": N_("joined a group"),
    "group.left": N_("left a group"),
    "cohort.joined": N_("joined a cohort"),
    "cohort.left": N_("left a cohort"),
}
"""Message ids of this room's actions; an action of another room is shown by its code."""
