"""Roles: their names for people, and taking them away. Giving is `accounts.grant`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.errors import N_, Conflict
from lms.people.actor import Role
from lms.people.audit import record
from lms.people.models import Grant, Person, TutorGroup
from lms.people.turns import take_turn

LISTED = 500

TITLES: dict[Role, str] = {
    Role.PARTICIPANT: N_("Participant"),
    Role.TUTOR: N_("Tutor"),
    Role.MENTOR: N_("Mentor"),
    Role.HOST: N_("Host"),
    Role.TEACHER: N_("Teacher"),
    Role.ADMIN: N_("Administrator"),
}
"""Message ids."""


def roles_of(session: Session, person_id: UUID) -> frozenset[Role]:
    """Every role that a person holds anywhere."""
    return frozenset(Role(role) for role in session.scalars(select(Grant.role).where(Grant.person_id == person_id)))


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person's. `where` is the title of the tutor group, the id of another scope, None for everywhere."""

    role: Role
    scope_id: UUID | None
    where: str | None


def describe_grants(session: Session, person_id: UUID) -> list[HeldRole]:
    """What a person holds, everywhere first."""
    query = select(Grant.role, Grant.scope_id, TutorGroup.title).outerjoin(TutorGroup, TutorGroup.id == Grant.scope_id)
    held = [
        HeldRole(Role(role), scope_id, title or (str(scope_id) if scope_id else None))
        for role, scope_id, title in session.execute(query.where(Grant.person_id == person_id).limit(LISTED))
    ]
    return sorted(held, key=lambda one: (one.where or "", list(Role).index(one.role)))


def count_admins(session: Session) -> int:
    """How many people can administrate."""
    query = (
        select(func.count(Grant.person_id.distinct()))
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.role == Role.ADMIN,
            Grant.scope_id.is_(None),
            Person.erased_at.is_(None),
            Person.locked_at.is_(None),
        )
    )
    return session.scalar(query) or 0


def must_leave_an_admin(session: Session, person_id: UUID) -> None:
    """Raises Conflict when this person is the only administrator: nobody could let anybody in any more.

    Two administrators who take each other's role away at once do so one after the other, and the second is refused.
    """
    take_turn(session, "people.admins")
    is_admin = session.scalar(
        select(Grant.id).where(Grant.person_id == person_id, Grant.role == Role.ADMIN, Grant.scope_id.is_(None))
    )
    if is_admin is not None and count_admins(session) <= 1:
        raise Conflict(N_("This is the only administrator. Make somebody else one first."))


def revoke(
    session: Session, person_id: UUID, role: Role, *, at: datetime, scope_id: UUID | None = None, by: UUID | None = None
) -> None:
    """Take a role away; nothing happens if it is not held. Raises Conflict for the last administrator."""
    scope = Grant.scope_id.is_(None) if scope_id is None else Grant.scope_id == scope_id
    held = session.scalar(select(Grant).where(Grant.person_id == person_id, Grant.role == role, scope))
    if held is None:
        return
    if role is Role.ADMIN and scope_id is None:
        must_leave_an_admin(session, person_id)
    session.delete(held)
    session.flush()
    record(session, "role.revoked", at=at, actor_id=by, subject_id=person_id, role=str(role), scope=str(scope_id))
