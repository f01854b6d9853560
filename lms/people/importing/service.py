"""Keep an uploaded list, and import it: all of it or nothing."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Conflict, Invalid, NotFound, TooLarge
from lms.people.audit import record
from lms.people.importing.adding import add_people
from lms.people.importing.changing import change_person
from lms.people.importing.done import IMPORTED
from lms.people.importing.plan import Act, Plan, make_plan
from lms.people.importing.table import MOST_BYTES
from lms.people.models import ImportedList
from lms.people.turns import take_turn

KEPT = timedelta(days=1)


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
    take_turn(session, "people.import")
    plan = make_plan(session, content)
    if not plan.is_sound:
        raise Invalid(
            N_("Nothing was imported. Lines with a problem: %(count)s. Correct them in the file."),
            count=plan.count(Act.PROBLEM),
        )
    if confirmed is not None and plan.digest != confirmed:
        raise Conflict(N_("Something changed since the preview. Look at it once more."))
    add_people(session, [planned.row for planned in plan.rows if planned.act is Act.NEW], by=by, at=at)
    for planned in plan.rows:
        if planned.act is Act.CHANGE:
            change_person(session, planned, by=by, at=at)
    if list_id is not None:
        session.execute(delete(ImportedList).where(ImportedList.id == list_id))
    record(
        session,
        IMPORTED,
        at=at,
        actor_id=by,
        new=str(plan.count(Act.NEW)),
        changed=str(plan.count(Act.CHANGE)),
        same=str(plan.count(Act.SAME)),
    )
    return plan
