"""How far the participants of a run are, and who needs help: for their tutors, and of the whole run for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from lms.completion.needs import needs_of
from lms.completion.service import standings_in
from lms.completion.verdicts import Status
from lms.courses import service as courses
from lms.courses.content import CourseContent
from lms.courses.kinds import State
from lms.courses.models import CourseRun, Enrolment
from lms.errors import NotFound
from lms.grading.models import Attempt
from lms.grading.permissions import SEE
from lms.learning.progress import CourseProgress, place, states_of_many
from lms.people.actor import Actor
from lms.people.models import Person, TutorGroupMember
from lms.people.names import plain

MOST = 500
"""Participants that are looked at in one run; whoever has more asks for a group or a name."""
MOST_WORDS = 8


class Help(StrEnum):
    """Why somebody needs help."""

    OVERDUE = "overdue"
    FALLS_SHORT = "falls_short"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Filters:
    """Whom the tutor wants to see; None and "" mean everybody."""

    words: str = ""
    group_id: UUID | None = None
    needs_help: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A participant. `works`: by step the latest attempt that they handed in."""

    person_id: UUID
    display_name: str
    progress: CourseProgress
    completed_at: datetime | None
    helps: tuple[Help, ...]
    works: dict[str, UUID]


@dataclass(frozen=True, slots=True)
class Following:
    """The run with its participants by name."""

    run: CourseRun
    content: CourseContent
    rows: tuple[Row, ...]


def follow(session: Session, slug: str, filters: Filters, *, by: Actor, at: datetime, code: str = "") -> Following:
    """Whom the actor may see, at most `MOST`, in a number of queries that does not grow with them.

    Raises Forbidden, NotFound for no such run.
    """
    by.must(SEE.name)
    run = courses.find_run(session, slug, code) if code else courses.find_current_run(session, slug, at=at)
    if run is None:
        raise NotFound
    content = courses.content_of(session, run)
    found = session.execute(
        select(Enrolment.person_id, Person.display_name, Enrolment.enrolled_at)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.run_id == run.id, Enrolment.left_at.is_(None), *_wanted(by, filters))
        .order_by(Person.plain_name, Person.id)
        .limit(MOST)
    ).all()
    ids = [person_id for person_id, _, _ in found]
    standings = standings_in(session, ids, run, now=at)
    states = states_of_many(session, run, content, ids)
    works = _latest_works(session, run, ids)
    rows = []
    for person_id, name, joined_at in found:
        standing = standings[person_id]
        needs = needs_of(standing.verdict.reason)
        progress = place(session, run, content, states[person_id], at=at, needs=needs, joined_at=joined_at)
        is_lost = standing.verdict.status is Status.FAILED
        helps = _helps(progress, is_lost=is_lost) if standing.completed_at is None else ()
        if helps or not filters.needs_help:
            rows.append(Row(person_id, name, progress, standing.completed_at, helps, works.get(person_id, {})))
    return Following(run, content, tuple(rows))


def _wanted(by: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    """Whom the permission covers (everybody, participants of a run, of a group) and the filters leave."""
    wanted: list[ColumnElement[bool]] = [Person.erased_at.is_(None), Person.is_test.is_(False)]
    scopes = by.scopes(SEE.name)
    if scopes is not None:
        members = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id.in_(scopes))
        wanted.append(or_(Enrolment.run_id.in_(scopes), Enrolment.person_id.in_(members)))
    if filters.group_id is not None:
        members = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id == filters.group_id)
        wanted.append(Enrolment.person_id.in_(members))
    words = plain(filters.words).split()[:MOST_WORDS]
    return [*wanted, *(Person.plain_name.contains(word, autoescape=True) for word in words)]


def _latest_works(session: Session, run: CourseRun, person_ids: Sequence[UUID]) -> dict[UUID, dict[str, UUID]]:
    query = (
        select(Attempt.person_id, Attempt.step_id, Attempt.id)
        .where(Attempt.run_id == run.id, Attempt.person_id.in_(person_ids))
        .order_by(Attempt.number)
    )
    found: dict[UUID, dict[str, UUID]] = {}
    for person_id, step_id, attempt_id in session.execute(query):
        found.setdefault(person_id, {})[step_id] = attempt_id
    return found


def _helps(progress: CourseProgress, *, is_lost: bool) -> tuple[Help, ...]:
    """Of whoever has not completed the course."""
    found = set()
    for placed in progress.steps:
        if placed.state.state is State.LATE:
            found.add(Help.OVERDUE)
        if placed.shortfall is not None or placed.state.state is State.FAILED:
            found.add(Help.FALLS_SHORT)
        if placed.is_needed and placed.shortfall is not None and placed.state.tries_left == 0:
            found.add(Help.STUCK)
    if is_lost:
        found.add(Help.STUCK)
    return tuple(help_ for help_ in Help if help_ in found)
