"""Rows about people who are there already: by the use cases that a page would call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms.people.accounts import add_account, get_person, grant
from lms.people.actor import Role
from lms.people.audit import record
from lms.people.cohorts import find_or_create_cohort, join
from lms.people.groups import add_member, add_tutor, create_group, find_group, group_ids_of, remove_member
from lms.people.importing.plan import PlannedRow
from lms.people.importing.rows import Row
from lms.people.invitations import find_login
from lms.people.passwords import password_key


def change_person(session: Session, planned: PlannedRow, *, by: UUID | None, at: datetime) -> None:
    """Do what the row says. Raises NotFound for a row about somebody new."""
    row = planned.row
    person = get_person(session, planned.person_id or UUID(int=0))
    if person.display_name != row.name:
        person.display_name = row.name
        record(session, "person.renamed", at=at, actor_id=by, subject_id=person.id)
    if row.list_id or not (person.list_key or "").startswith("#"):
        person.list_key = row.key
    person.locale = row.locale or person.locale
    if row.login and find_login(session, person.id) is None:
        add_account(session, person.id, password_key(row.login), at=at)
    if row.role is not Role.TUTOR:
        grant(session, person.id, row.role, at=at, by=by)
    if row.cohort:
        join(session, find_or_create_cohort(session, row.cohort).id, person.id, stage=row.stage or None)
    _change_groups(session, row, person.id, by=by, at=at)
    session.flush()


def _change_groups(session: Session, row: Row, person_id: UUID, *, by: UUID | None, at: datetime) -> None:
    wanted = {(find_group(session, title) or create_group(session, title, by=by, at=at)).id for title in row.groups}
    if row.role is Role.TUTOR:
        for group_id in wanted:
            add_tutor(session, group_id, person_id, by=by, at=at)
    elif wanted:
        present = group_ids_of(session, person_id)
        for group_id in present - wanted:
            remove_member(session, group_id, person_id, by=by, at=at)
        for group_id in wanted - present:
            add_member(session, group_id, person_id, by=by, at=at)
