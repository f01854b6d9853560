"""What the database knows of the people in a list, read in a number of queries that grows with its length / `BATCH`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.actor import Role
from lms.people.importing.rows import Row
from lms.people.models import Account, Cohort, CohortMember, Grant, Person, TutorGroup, TutorGroupMember
from lms.people.names import plain

T = TypeVar("T")
BATCH = 500


@dataclass(slots=True)
class Known:
    """Indexes of people, by all that a row may name them by, and of what they have."""

    people: dict[UUID, Person] = field(default_factory=dict)
    by_key: dict[str, UUID] = field(default_factory=dict)
    by_login: dict[str, UUID] = field(default_factory=dict)
    by_name: dict[tuple[str, str], set[UUID]] = field(default_factory=dict)
    """(plain name, cohort) -> everybody called so there."""
    logins: dict[UUID, str] = field(default_factory=dict)
    roles: set[tuple[UUID, Role]] = field(default_factory=set)
    tutors: set[tuple[UUID, str]] = field(default_factory=set)
    """(person, title of a group that they accompany)"""
    stages: dict[tuple[UUID, str], str] = field(default_factory=dict)
    """(person, cohort) -> stage"""
    groups: dict[UUID, set[str]] = field(default_factory=dict)


def look_up(session: Session, rows: Sequence[Row]) -> Known:
    """Everybody whom these rows may mean."""
    known = Known()
    people: list[Person] = []
    for keys in _batches({key for row in rows for key in (row.key, row.name_key)}):
        people.extend(session.scalars(select(Person).where(Person.list_key.in_(keys))))
    for logins in _batches({row.login for row in rows if row.login}):
        mine = (Account.provider == "password") & Account.subject.in_(logins)
        people.extend(session.scalars(select(Person).join(Account).where(mine)))
    cohorts = {row.cohort for row in rows if row.cohort}
    for names in _batches({plain(row.name) for row in rows}):
        query = select(Cohort.code, Person).join(CohortMember, CohortMember.cohort_id == Cohort.id)
        query = query.join(Person, Person.id == CohortMember.person_id)
        for code, person in session.execute(query.where(Cohort.code.in_(cohorts), Person.plain_name.in_(names))):
            people.append(person)
            known.by_name.setdefault((person.plain_name, code), set()).add(person.id)
    for person in people:
        known.people[person.id] = person
        if person.list_key is not None:
            known.by_key[person.list_key] = person.id
    for ids in _batches(known.people):
        _add_belongings(session, known, ids)
    return known


def _add_belongings(session: Session, known: Known, ids: list[UUID]) -> None:
    accounts = select(Account).where(Account.person_id.in_(ids), Account.provider == "password")
    for account in session.scalars(accounts):
        known.logins[account.person_id] = account.subject
        known.by_login[account.subject] = account.person_id
    grants = select(Grant.person_id, Grant.role, Grant.scope_id, TutorGroup.title)
    grants = grants.outerjoin(TutorGroup, TutorGroup.id == Grant.scope_id).where(Grant.person_id.in_(ids))
    for person_id, role, scope_id, title in session.execute(grants):
        if scope_id is None:
            known.roles.add((person_id, Role(role)))
        elif title is not None and role == Role.TUTOR:
            known.tutors.add((person_id, title))
    members = select(CohortMember.person_id, Cohort.code, CohortMember.stage).join(Cohort)
    for person_id, code, stage in session.execute(members.where(CohortMember.person_id.in_(ids))):
        known.stages[person_id, code] = stage
    groups = select(TutorGroupMember.person_id, TutorGroup.title).join(TutorGroup)
    for person_id, title in session.execute(groups.where(TutorGroupMember.person_id.in_(ids))):
        known.groups.setdefault(person_id, set()).add(title)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    ordered = list(items)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
