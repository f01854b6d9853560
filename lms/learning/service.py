"""Use cases of course pages, catalogue and lessons."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger
from lms.completion.service import Standing, standing
from lms.courses import service as courses
from lms.courses.content import CourseContent
from lms.courses.models import CourseRun
from lms.courses.permissions import CHOOSE
from lms.courses.subjects import activity_subject
from lms.errors import Forbidden, NotFound
from lms.learning.access import Place, enter_place, staff_runs
from lms.learning.lesson_kind import READ, LessonKind
from lms.learning.progress import CourseProgress, place_steps
from lms.ledger import NewFact
from lms.people.actor import Actor


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course with its steps. No standing for whoever does not take part."""

    place: Place
    progress: CourseProgress
    standing: Standing | None


def course_page(session: Session, place: Place, person_id: UUID, *, at: datetime) -> CoursePage:
    """The page of a course, in a number of queries that does not grow with its steps."""
    if not place.is_enrolled:
        return CoursePage(place, place_steps(session, place.run, place.content, None, at=at), None)
    progress = place_steps(session, place.run, place.content, person_id, at=at)
    return CoursePage(place, progress, standing(session, person_id, place.run, now=at))


@dataclass(frozen=True, slots=True)
class Elective:
    """A course of the catalogue."""

    run: CourseRun
    content: CourseContent
    is_mine: bool

    @property
    def is_full(self) -> bool:
        return self.run.seats is not None and self.run.seats_taken >= self.run.seats


def catalogue(session: Session, person_id: UUID, *, at: datetime) -> list[Elective]:
    """The electives of now, at most 500."""
    runs = courses.list_runs(session, kind="elective", at=at)
    contents = courses.contents_of(session, runs)
    mine = {run.id for run in courses.list_enrolled_runs(session, person_id)}
    return [Elective(run, contents[run.id], run.id in mine) for run in runs]


@dataclass(frozen=True, slots=True)
class Given:
    """A course as staff see it in their list."""

    run: CourseRun
    content: CourseContent
    participants: int


def given_courses(session: Session, *, by: Actor, at: datetime) -> list[Given]:
    """Every course that somebody may look at as staff, at most 500. Raises Forbidden."""
    runs = staff_runs(session, by=by, at=at)
    contents = courses.contents_of(session, runs)
    counts = courses.count_enrolled(session, [run.id for run in runs])
    return [Given(run, contents[run.id], counts.get(run.id, 0)) for run in runs]


def join(session: Session, slug: str, *, by: Actor, at: datetime) -> CourseRun:
    """Choose an elective. Raises NotFound, Forbidden, Conflict when no seat is left."""
    run = _elective(session, slug, by=by)
    courses.enrol(session, run.id, by.person_id, source="choice", at=at)
    return run


def leave(session: Session, slug: str, *, by: Actor, at: datetime) -> CourseRun:
    """Give the seat of an elective back. Raises NotFound, Forbidden."""
    run = _elective(session, slug, by=by)
    courses.leave(session, run.id, by.person_id, at=at)
    return run


def _elective(session: Session, slug: str, *, by: Actor) -> CourseRun:
    by.must(CHOOSE.name)
    run = courses.find_run_by_slug(session, slug)
    if run is None or run.kind != "elective":
        raise NotFound
    return run


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a lesson."""

    place: Place
    is_completed_now: bool


def mark_read(session: Session, slug: str, step_id: str, *, by: Actor, at: datetime) -> Read:
    """The participant says that they have read a lesson; saying it again changes nothing.

    Raises NotFound, Forbidden for whoever does not take part.
    """
    place = enter_place(session, slug, by=by)
    if not place.is_enrolled:
        raise Forbidden
    step = place.content.get_step(step_id, kind=LessonKind.name)
    key = f"{READ}:{place.run.id.hex}:{by.person_id.hex}:{step.id}"
    if ledger.find_fact(session, key) is not None:
        return Read(place, is_completed_now=False)
    ledger.append(
        session,
        NewFact(
            key=key,
            kind=READ,
            person_id=by.person_id,
            subject=activity_subject(place.run.slug, step.id),
            course_run_id=place.run.id,
            at=at,
            source="learning",
            actor_id=by.person_id,
        ),
    )
    completed_at = standing(session, by.person_id, place.run, now=at).completed_at
    return Read(place, is_completed_now=completed_at == at)
