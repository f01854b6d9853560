"""Forgetting a person for good: what stays are facts without a name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms import registries
from lms.files.leftovers import GRACE, let_go
from lms.jobs import Handler, JobRun, enqueue
from lms.people.accounts import get_person
from lms.people.audit import record
from lms.people.personal import PersonalDataRegistry, must_know_every_table
from lms.people.roles import must_leave_an_admin

AGAIN = "people.erase_again"


def erase_person(session: Session, person_id: UUID, *, by: UUID, at: datetime) -> None:
    """Every room and plugin forgets the person now; their files go within two hours, by a job.

    What was under way (a work just handed in, one that is being graded) may commit its rows after these are gone: a
    second round after `GRACE` erases them. Raises NotFound, Conflict (the last administrator, or a plugin is switched
    off that keeps something).
    """
    person = get_person(session, person_id)
    must_leave_an_admin(session, person_id)
    _erase_rows(session, person_id, at=at)
    person.erased_at = at
    record(session, "person.erased", at=at, actor_id=by, subject_id=person_id)
    enqueue(session, AGAIN, {"person_id": str(person_id)}, key=person_id.hex, delay_seconds=GRACE.total_seconds())
    session.flush()


def _erase_rows(session: Session, person_id: UUID, *, at: datetime) -> None:
    must_know_every_table(session)
    for one in reversed(list(registries.of(session).get(PersonalDataRegistry))):  # upper rooms point at lower ones
        let_go(session, [file.sha256 for file in one.files(session, person_id)], at=at)
        one.erase(session, person_id)


def _erase_again(run: JobRun) -> None:
    with run.writing() as session:
        _erase_rows(session, UUID(run.ids["person_id"]), at=run.at())


HANDLER = Handler(AGAIN, _erase_again)
