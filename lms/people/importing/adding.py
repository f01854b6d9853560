"""Rows about new people, written together: thousands of them must not hold the database for minutes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms.database import Base, new_id
from lms.people.actor import Role
from lms.people.audit import record
from lms.people.cohorts import find_or_create_cohort
from lms.people.groups import create_group, find_group
from lms.people.importing.rows import Row
from lms.people.models import Account, CohortMember, Grant, Person, TutorGroupMember
from lms.people.passwords import password_key


def add_people(session: Session, rows: Sequence[Row], *, by: UUID | None, at: datetime) -> None:
    """Make each person with all that their row says; cohorts and groups are made if they are new.

    The plan has found nobody of them in the database, so nothing is looked up a second time.
    """
    cohorts = {code: find_or_create_cohort(session, code).id for code in {row.cohort for row in rows if row.cohort}}
    groups = {
        title: (find_group(session, title) or create_group(session, title, by=by, at=at)).id
        for title in sorted({title for row in rows for title in row.groups})
    }
    people = [
        Person(id=new_id(), display_name=row.name, list_key=row.key, locale=row.locale or None, created_at=at)
        for row in rows
    ]
    session.add_all(people)
    session.flush()
    for person, row in zip(people, rows, strict=True):
        session.add_all(_belongings(row, person.id, cohorts, groups, by=by, at=at))
        record(session, "person.added", at=at, actor_id=by, subject_id=person.id)
    session.flush()


def _belongings(
    row: Row,
    person_id: UUID,
    cohorts: Mapping[str, UUID],
    groups: Mapping[str, UUID],
    *,
    by: UUID | None,
    at: datetime,
) -> Iterator[Base]:
    """Way in, roles, cohort, groups. A tutor holds the role in their groups alone."""
    if row.login:
        key = password_key(row.login)
        yield Account(id=new_id(), person_id=person_id, provider=key.provider, subject=key.subject, created_at=at)
    scopes = [groups[title] for title in row.groups] if row.role is Role.TUTOR else [None]
    for scope_id in scopes:
        yield Grant(id=new_id(), person_id=person_id, role=row.role, scope_id=scope_id, given_at=at, given_by=by)
    if row.cohort:
        yield CohortMember(cohort_id=cohorts[row.cohort], person_id=person_id, stage=row.stage)
    if row.role is not Role.TUTOR:
        for title in row.groups:
            yield TutorGroupMember(group_id=groups[title], person_id=person_id)
