"""Use cases of course pages, catalogue and lessons."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger
from lms.completion.needs import NOTHING, needs_of
from lms.completion.service import Standing, standing
from lms.courses import service as courses
from lms.courses.content import CourseContent
from lms.courses.models import CourseRun
from lms.courses.permissions import CHOOSE
from lms.courses.subjects import activity_subject
from lms.errors import N_, Conflict, Forbidden, NotFound
from lms.learning.access import Place, enter_place, list_siblings, staff_runs
from lms.learning.lesson_kind import READ, LessonKind
from lms.learning.progress import CourseProgress, place_steps
from lms.ledger import NewFact
from lms.people.actor import Actor


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course with its steps. No standing for whoever does not take part.

    `runs`: where there are several runs that the person may see, all of them, the newest first.
    """

    place: Place
    progress: CourseProgress
    standing: Standing | None
    runs: tuple[CourseRun, ...]


def course_page(session: Session, place: Place, *, by: Actor, at: datetime) -> CoursePage:
    """The page of a course, in a number of queries that does not grow with its steps."""
    person_id = by.person_id if place.is_enrolled else None
    found = standing(session, by.person_id, place.run, now=at) if place.is_enrolled else None
    needs = needs_of(found.verdict.reason) if found is not None else NOTHING
    progress = place_steps(session, place.run, place.content, person_id, at=at, needs=needs, joined_at=place.joined_at)
    return CoursePage(
        place=place,
        progress=progress,
        standing=found,
        runs=tuple(list_siblings(session, place, by=by)),
    )


@dataclass(frozen=True, slots=True)
class Elective:
    """A course of the catalogue. `code` is that of the run where the plain address means another one to the person."""

    run: CourseRun
    content: CourseContent
    is_mine: bool
    code: str
    starts_later: bool

    @property
    def is_full(self) -> bool:
        return self.run.seats is not None and self.run.seats_taken >= self.run.seats


def catalogue(session: Session, person_id: UUID, *, at: datetime) -> list[Elective]:
    """The electives of now, at most 500."""
    runs = courses.list_runs(session, kind="elective", at=at)
    contents = courses.contents_of(session, runs)
    enrolled = courses.list_enrolled_runs(session, person_id)
    mine, taken = {run.id for run in enrolled}, {run.slug for run in enrolled}
    return [
        Elective(
            run=run,
            content=contents[run.id],
            is_mine=run.id in mine,
            code=run.code if run.slug in taken and run.id not in mine else "",
            starts_later=run.starts_at > at,
        )
        for run in runs
    ]


@dataclass(frozen=True, slots=True)
class Given:
    """A run as staff see it in their list. `code` is its own where the plain address means another run to them."""

    run: CourseRun
    content: CourseContent
    participants: int
    phase: courses.Phase
    code: str


def given_courses(session: Session, *, by: Actor, at: datetime) -> list[Given]:
    """Every run that somebody may look at as staff: those that are over last. Raises Forbidden."""
    runs = staff_runs(session, by=by)
    contents = courses.contents_of(session, runs)
    counts = courses.count_enrolled(session, [run.id for run in runs])
    plain = plainly_meant(runs, at)
    found = [
        Given(
            run=run,
            content=contents[run.id],
            participants=counts.get(run.id, 0),
            phase=courses.phase(run, at),
            code="" if run.id in plain else run.code,
        )
        for run in runs
    ]
    return sorted(found, key=lambda given: given.phase is courses.Phase.OVER)


def plainly_meant(runs: Iterable[CourseRun], at: datetime) -> set[UUID]:
    """Of somebody's runs those that the address of their course means without a code, by id."""
    by_slug: defaultdict[str, list[CourseRun]] = defaultdict(list)
    for run in runs:
        by_slug[run.slug].append(run)
    return {courses.by_preference(each, at)[0].id for each in by_slug.values()}


def join(session: Session, slug: str, *, by: Actor, at: datetime, code: str = "") -> CourseRun:
    """Choose an elective: its current run, or that of `code`.

    Raises NotFound, Forbidden, Conflict when the run is over or no seat is left.
    """
    by.must(CHOOSE.name)
    run = courses.find_run(session, slug, code) if code else courses.find_current_run(session, slug, at=at)
    run = _elective(run)
    courses.enrol(session, run.id, by.person_id, source="choice", at=at)
    return run


def leave(session: Session, slug: str, *, by: Actor, at: datetime, code: str = "") -> CourseRun:
    """Give the seat of an elective back. Raises NotFound, Forbidden, Conflict when the run is over."""
    by.must(CHOOSE.name)
    run = _elective(courses.find_run_for(session, slug, by=by, at=at, code=code))
    courses.leave(session, run.id, by.person_id, at=at)
    return run


def _elective(run: CourseRun | None) -> CourseRun:
    if run is None or run.kind != "elective":
        raise NotFound
    return run


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a lesson."""

    place: Place
    is_completed_now: bool


def mark_read(session: Session, slug: str, step_id: str, *, by: Actor, at: datetime, code: str = "") -> Read:
    """The participant says that they have read a lesson; saying it again changes nothing.

    Raises NotFound, Forbidden for whoever does not take part, Conflict when the run is over.
    """
    place = enter_place(session, slug, by=by, at=at, code=code)
    if not place.is_enrolled:
        raise Forbidden
    if place.is_over:
        raise Conflict(N_("This course is over. You can read everything, and what was done before counts."))
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
