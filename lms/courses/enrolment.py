"""Who takes part in a run. Mandatory courses are everyone's by rule; electives are chosen while there are seats."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, func, or_, select, update
from sqlalchemy.orm import Session

from lms.courses.models import CourseRun, Enrolment
from lms.courses.periods import is_over
from lms.courses.runs import get_run
from lms.database import new_id
from lms.errors import N_, Conflict, Forbidden

LISTED = 200


def find_enrolment(session: Session, run_id: UUID, person_id: UUID) -> Enrolment | None:
    """The row of this person, also if they have left."""
    query = select(Enrolment).where(Enrolment.run_id == run_id, Enrolment.person_id == person_id)
    return session.scalar(query.execution_options(populate_existing=True))


def is_enrolled(session: Session, run_id: UUID, person_id: UUID) -> bool:
    """Whether the person takes part now."""
    enrolment = find_enrolment(session, run_id, person_id)
    return enrolment is not None and enrolment.left_at is None


def list_joined_at(session: Session, person_id: UUID, run_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Since when a person takes part, by run; a run they are not in is not there."""
    query = select(Enrolment.run_id, Enrolment.enrolled_at).where(
        Enrolment.person_id == person_id, Enrolment.run_id.in_(list(run_ids)), Enrolment.left_at.is_(None)
    )
    return {run_id: enrolled_at for run_id, enrolled_at in session.execute(query)}


def enrol(session: Session, run_id: UUID, person_id: UUID, *, source: str, at: datetime) -> Enrolment:
    """Let a person in; who is in already stays in. `source` says by what: rule, choice, lti, admin, import.

    Raises NotFound, Conflict when the run is over or no seat is left.
    """
    enrolment = find_enrolment(session, run_id, person_id)
    if enrolment is not None and enrolment.left_at is None:
        return enrolment
    run = get_run(session, run_id, for_update=True)
    enrolment = find_enrolment(session, run_id, person_id)  # somebody may have been faster before the row was ours
    if enrolment is not None and enrolment.left_at is None:
        return enrolment
    if is_over(run, at):
        raise Conflict(N_("This course is over, so nobody can join it any more. Choose another one."))
    if run.kind == "elective":
        _take_seat(session, run)
    if enrolment is None:
        enrolment = Enrolment(id=new_id(), run_id=run_id, person_id=person_id, source=source, enrolled_at=at)
        session.add(enrolment)
    enrolment.left_at, enrolment.source, enrolment.enrolled_at = None, source, at
    session.flush()
    return enrolment


def leave(session: Session, run_id: UUID, person_id: UUID, *, at: datetime) -> None:
    """Leave an elective; what was done there is kept and the seat is free. Who is not in stays out.

    Raises NotFound, Forbidden for a mandatory course, Conflict when the run is over.
    """
    run = get_run(session, run_id, for_update=True)
    if run.kind != "elective":
        raise Forbidden(N_("This course is a part of the programme and can't be left."))
    if is_over(run, at):
        raise Conflict(N_("This course is over. What you did there stays in your list."))
    left = session.execute(
        update(Enrolment)
        .where(Enrolment.run_id == run_id, Enrolment.person_id == person_id, Enrolment.left_at.is_(None))
        .values(left_at=at)
    )
    if _count(left):
        session.execute(update(CourseRun).where(CourseRun.id == run_id).values(seats_taken=CourseRun.seats_taken - 1))
        session.refresh(run)


def _take_seat(session: Session, run: CourseRun) -> None:
    """One statement decides, whoever else asks at the same time. Raises Conflict."""
    taken = session.execute(
        update(CourseRun)
        .where(CourseRun.id == run.id, or_(CourseRun.seats.is_(None), CourseRun.seats_taken < CourseRun.seats))
        .values(seats_taken=CourseRun.seats_taken + 1)
    )
    if not _count(taken):
        raise Conflict(N_("All seats of this course are taken. Choose another one or ask your tutor."))
    session.refresh(run)


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def list_enrolled_runs(session: Session, person_id: UUID) -> list[CourseRun]:
    """The runs in which a person takes part, those that started first before the others; at most 200."""
    query = (
        select(CourseRun)
        .join(Enrolment, Enrolment.run_id == CourseRun.id)
        .where(Enrolment.person_id == person_id, Enrolment.left_at.is_(None))
        .order_by(CourseRun.kind.desc(), CourseRun.starts_at, CourseRun.slug)
        .limit(LISTED)
    )
    return list(session.scalars(query))


def count_enrolled(session: Session, run_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many take part now, by run; a run that nobody is in is not there."""
    query = (
        select(Enrolment.run_id, func.count())
        .where(Enrolment.run_id.in_(list(run_ids)), Enrolment.left_at.is_(None))
        .group_by(Enrolment.run_id)
    )
    return {run_id: int(count) for run_id, count in session.execute(query)}
