"""Keep an uploaded list, and import it: all of it or nothing."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Conflict, Invalid, NotFound, TooLarge
from lms.people.accounts import add_account, create_person, grant
from lms.people.actor import Role
from lms.people.audit import record
from lms.people.cohorts import find_or_create_cohort, join
from lms.people.groups import add_member, add_tutor, create_group, find_group, group_ids_of, remove_member
from lms.people.importing.plan import Act, Plan, PlannedRow, make_plan
from lms.people.importing.rows import Row
from lms.people.importing.table import MOST_BYTES
from lms.people.invitations import find_login
from lms.people.models import ImportedList, Person
from lms.people.passwords import password_key

KEPT = timedelta(days=1)
LOCK = 0x6C697374
"""Of PostgreSQL's advisory locks: one import at a time."""


def keep_list(session: Session, content: bytes, *, by: UUID, at: datetime) -> UUID:
    """Store the upload until it is imported, at most for `KEPT`. Raises TooLarge."""
    if len(content) > MOST_BYTES:
        raise TooLarge(N_("The list is too big: at most %(most)s MB."), most=MOST_BYTES // 2**20)
    forget_lists(session, at=at)
    kept = ImportedList(id=new_id(), content=content, uploaded_by=by, uploaded_at=at)
    session.add(kept)
    session.flush()
    return kept.id


def get_list(session: Session, list_id: UUID, *, by: UUID) -> bytes:
    """The bytes of one's own upload. Raises NotFound, also when it has been imported or is too old."""
    kept = session.get(ImportedList, list_id)
    if kept is None or kept.uploaded_by != by:
        raise NotFound(N_("This upload is no longer there. Choose the file again."))
    return kept.content


def forget_lists(session: Session, *, at: datetime) -> None:
    """Delete uploads that nobody imported."""
    session.execute(delete(ImportedList).where(ImportedList.uploaded_at < at - KEPT))


def import_list(
    session: Session,
    content: bytes,
    *,
    by: UUID | None,
    at: datetime,
    confirmed: str | None = None,
    list_id: UUID | None = None,
) -> Plan:
    """Do what the plan says; importing again changes what differs and doubles nobody. Returns the plan that was done.

    `confirmed` is the digest of the plan that a person saw. Raises Conflict when the plan is another by now, Invalid
    when a row has a problem, TooLarge.
    """
    if session.get_bind().dialect.name == "postgresql":  # on SQLite the transaction itself is such a lock
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    plan = make_plan(session, content)
    if not plan.is_sound:
        raise Invalid(
            N_("Nothing was imported. Lines with a problem: %(count)s. Correct them in the file."),
            count=plan.count(Act.PROBLEM),
        )
    if confirmed is not None and plan.digest != confirmed:
        raise Conflict(N_("Something changed since the preview. Look at it once more."))
    for planned in plan.rows:
        if planned.act is not Act.SAME:
            _do(session, planned, by=by, at=at)
    if list_id is not None:
        session.execute(delete(ImportedList).where(ImportedList.id == list_id))
    record(
        session,
        "list.imported",
        at=at,
        actor_id=by,
        new=str(plan.count(Act.NEW)),
        changed=str(plan.count(Act.CHANGE)),
        same=str(plan.count(Act.SAME)),
    )
    return plan


def _do(session: Session, planned: PlannedRow, *, by: UUID | None, at: datetime) -> None:
    row = planned.row
    if planned.person_id is None:
        person = create_person(session, row.name, at=at, locale=row.locale or None)
        record(session, "person.added", at=at, actor_id=by, subject_id=person.id)
    else:
        person = session.get_one(Person, planned.person_id)
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
    _do_groups(session, row, person.id, by=by, at=at)
    session.flush()


def _do_groups(session: Session, row: Row, person_id: UUID, *, by: UUID | None, at: datetime) -> None:
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
