"""Tutor groups: who accompanies whom. A tutor of a group holds the role `tutor` with the group as its scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Conflict, Invalid, NotFound
from lms.people.accounts import get_person, grant
from lms.people.actor import Actor, Role
from lms.people.audit import record
from lms.people.models import Grant, Person, TutorGroup, TutorGroupMember
from lms.people.names import tidy
from lms.people.roles import revoke

LISTED = 1000


def group_ids_of(session: Session, person_id: UUID) -> frozenset[UUID]:
    """The groups of which this person is a member: scopes for `by.may(…)`."""
    return frozenset(session.scalars(select(TutorGroupMember.group_id).where(TutorGroupMember.person_id == person_id)))


def member_ids(session: Session, group_ids: Collection[UUID]) -> frozenset[UUID]:
    """Everybody in one of these groups."""
    query = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id.in_(group_ids))
    return frozenset(session.scalars(query))


def covers(by: Actor, permission: str, group_ids: Collection[UUID]) -> bool:
    """Whether the permission is held everywhere or in one of these groups. No group: only everywhere will do."""
    held = by.scopes(permission)
    return held is None or not held.isdisjoint(group_ids)


def find_group(session: Session, title: str) -> TutorGroup | None:
    """By its title."""
    return session.scalar(select(TutorGroup).where(TutorGroup.title == tidy(title)))


def get_group(session: Session, group_id: UUID) -> TutorGroup:
    """Raises NotFound."""
    group = session.get(TutorGroup, group_id)
    if group is None:
        raise NotFound
    return group


def create_group(session: Session, title: str, *, by: UUID | None, at: datetime) -> TutorGroup:
    """Raises Invalid for no title, Conflict for one that is taken."""
    title = tidy(title)
    if not title:
        raise Invalid(N_("Give the group a title."))
    if find_group(session, title) is not None:
        raise Conflict(N_("There is a group of this title already."))
    group = TutorGroup(id=new_id(), title=title)
    session.add(group)
    session.flush()
    record(session, "group.created", at=at, actor_id=by, subject_id=group.id)
    return group


def rename_group(session: Session, group_id: UUID, title: str, *, by: UUID, at: datetime) -> None:
    """Raises NotFound, Invalid, Conflict."""
    group, title = get_group(session, group_id), tidy(title)
    if not title:
        raise Invalid(N_("Give the group a title."))
    other = find_group(session, title)
    if other is not None and other.id != group_id:
        raise Conflict(N_("There is a group of this title already."))
    if group.title != title:
        group.title = title
        record(session, "group.renamed", at=at, actor_id=by, subject_id=group_id)


def add_member(session: Session, group_id: UUID, person_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """Adding again changes nothing. Raises NotFound."""
    get_group(session, group_id)
    get_person(session, person_id)
    if session.get(TutorGroupMember, (group_id, person_id)) is None:
        session.add(TutorGroupMember(group_id=group_id, person_id=person_id))
        record(session, "group.joined", at=at, actor_id=by, subject_id=person_id, group=str(group_id))
        session.flush()


def remove_member(session: Session, group_id: UUID, person_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """Nothing happens for somebody who is no member."""
    member = session.get(TutorGroupMember, (group_id, person_id))
    if member is not None:
        session.delete(member)
        session.flush()
        record(session, "group.left", at=at, actor_id=by, subject_id=person_id, group=str(group_id))


def add_tutor(session: Session, group_id: UUID, person_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """Give the role in this group; again changes nothing. Raises NotFound."""
    get_group(session, group_id)
    get_person(session, person_id)
    grant(session, person_id, Role.TUTOR, scope_id=group_id, at=at, by=by)


def remove_tutor(session: Session, group_id: UUID, person_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """Take the role in this group away."""
    revoke(session, person_id, Role.TUTOR, scope_id=group_id, at=at, by=by)


def delete_group(session: Session, group_id: UUID, *, by: UUID, at: datetime) -> None:
    """Its members and tutors stay people of the programme. Raises NotFound."""
    group = get_group(session, group_id)
    session.execute(delete(TutorGroupMember).where(TutorGroupMember.group_id == group_id))
    session.execute(delete(Grant).where(Grant.scope_id == group_id))
    session.delete(group)
    session.flush()
    record(session, "group.deleted", at=at, actor_id=by, subject_id=group_id)


def list_groups(session: Session, ids: Collection[UUID] | None = None) -> list[TutorGroup]:
    """All, or those of these ids, by title, at most `LISTED`."""
    query = select(TutorGroup).order_by(TutorGroup.title).limit(LISTED)
    return list(session.scalars(query if ids is None else query.where(TutorGroup.id.in_(ids))))


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """A group with the number of its members and the names of its tutors."""

    id: UUID
    title: str
    members: int
    tutors: tuple[str, ...]


def summaries(session: Session, groups: Sequence[TutorGroup]) -> list[GroupSummary]:
    """In the order given; two queries."""
    ids = [group.id for group in groups]
    members = select(TutorGroupMember.group_id, func.count()).where(TutorGroupMember.group_id.in_(ids))
    sizes = dict(session.execute(members.group_by(TutorGroupMember.group_id)).all())
    names: dict[UUID | None, list[str]] = {}
    for scope, name in session.execute(
        select(Grant.scope_id, Person.display_name)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.scope_id.in_(ids), Grant.role == Role.TUTOR)
        .order_by(Person.plain_name)
    ):
        names.setdefault(scope, []).append(name)
    return [GroupSummary(one.id, one.title, sizes.get(one.id, 0), tuple(names.get(one.id, ()))) for one in groups]


def list_tutors(session: Session, group_id: UUID) -> list[Person]:
    """The tutors of a group by name."""
    query = (
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.scope_id == group_id, Grant.role == Role.TUTOR, Person.erased_at.is_(None))
        .order_by(Person.plain_name)
        .limit(LISTED)
    )
    return list(session.scalars(query))
