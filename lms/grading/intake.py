"""Taking a notebook in. The bytes are stored before anything is done with them; attempt and job are one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.courses import runs
from lms.courses.enrolment import list_joined_at
from lms.courses.kinds import Step
from lms.courses.models import CourseRun, Enrolment
from lms.courses.periods import is_over
from lms.database import new_id
from lms.errors import N_, Conflict, Forbidden, TooMany
from lms.grading.models import Attempt
from lms.grading.states import AttemptState
from lms.jobs import Priority, enqueue
from lms.people.models import Person

GRADE = "grading.grade"
WAITING = 3
"""Works of one person at one assignment that may wait at once: grading is dear, and others wait too."""


@dataclass(frozen=True, slots=True)
class Received:
    """`is_new` is False when the same bytes were handed in before."""

    attempt: Attempt
    is_new: bool


def must_be_real(session: Session, person_id: UUID) -> None:
    """Raises Forbidden for a test person. Ask before the bytes are stored, so that nothing at all stays of them."""
    if session.get_one(Person, person_id).is_test:
        raise Forbidden(N_("This is a look through a participant's eyes: here nothing is handed in or graded."))


def submit(
    session: Session,
    *,
    run: CourseRun,
    step: Step,
    person_id: UUID,
    sha256: str,
    size: int,
    source: str,
    at: datetime,
) -> Received:
    """Record an attempt of stored bytes and enlist its grading. `source` is `upload` or `lab`.

    Raises Forbidden (not in this course, or a test person), Conflict (the run is over, or no attempts are left), TooMany (several wait).
    """
    must_be_real(session, person_id)
    if not lock_enrolment(session, run.id, person_id):
        raise Forbidden(N_("You are not in this course. Join it first, then hand your work in."))
    mine = [Attempt.run_id == run.id, Attempt.step_id == step.id, Attempt.person_id == person_id]
    same = select(Attempt).where(*mine, Attempt.sha256 == sha256).options(joinedload(Attempt.release))
    known = session.scalar(same)
    if known is not None:
        return Received(known, is_new=False)
    if is_over(run, at):
        raise Conflict(N_("This course is over, so nothing can be handed in any more. Your file is safe with you."))
    if (session.scalar(select(func.count()).where(*mine, Attempt.state == AttemptState.QUEUED)) or 0) >= WAITING:
        raise TooMany(
            N_("%(count)s of your works at this assignment are still being graded. Wait for them first."), count=WAITING
        )
    done = session.scalar(select(func.count()).where(*mine)) or 0
    allowed = step.data.get("attempts")
    if allowed is not None and done >= int(allowed):
        raise Conflict(N_("All %(count)s attempts at this assignment are used. Ask your tutor."), count=allowed)
    joined_at = list_joined_at(session, person_id, [run.id]).get(run.id)
    due_at = runs.step_due_at(run, step, joined_at=joined_at)
    attempt = Attempt(
        id=new_id(),
        run_id=run.id,
        step_id=step.id,
        person_id=person_id,
        number=done + 1,
        sha256=sha256,
        size=size,
        source=source,
        submitted_at=at,
        is_late=due_at is not None and at > due_at,
        snapshot_id=run.snapshot_id,
        state=AttemptState.QUEUED,
        asked_at=at,
        release=None,
    )
    session.add(attempt)
    session.flush()
    enlist(session, attempt)
    return Received(attempt, is_new=True)


def lock_enrolment(session: Session, run_id: UUID, person_id: UUID) -> bool:
    """Whether the person takes part; two tabs of theirs hand in one after the other."""
    query = select(Enrolment.id).where(
        Enrolment.run_id == run_id, Enrolment.person_id == person_id, Enrolment.left_at.is_(None)
    )
    return session.scalar(query.with_for_update()) is not None


def enlist(session: Session, attempt: Attempt, priority: Priority = Priority.WAITING_PERSON) -> None:
    """Enlist the grading of an attempt's present generation."""
    enqueue(
        session,
        GRADE,
        {"attempt_id": str(attempt.id), "generation": str(attempt.generation)},
        key=f"{attempt.id.hex}:{attempt.generation}",
        priority=priority,
    )


def queue_before(session: Session, attempt: Attempt) -> int:
    """How many waiting attempts were handed in before this one."""
    return (
        session.scalar(
            select(func.count()).where(
                Attempt.state == AttemptState.QUEUED, Attempt.submitted_at < attempt.submitted_at
            )
        )
        or 0
    )
