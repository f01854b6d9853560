"""The tutor's inbox as queries: answers that wait, works ready for release, works released."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from lms.courses.models import CourseRun
from lms.grading.models import Attempt, CellGrade, Release
from lms.grading.states import AttemptState
from lms.people.actor import Actor
from lms.people.models import Person, TutorGroupMember


@dataclass(frozen=True, slots=True)
class Filters:
    """What the tutor wants to see; None and "" mean everything."""

    words: str = ""
    group_id: UUID | None = None
    course: str = ""


def judged_by(by: Actor, permission: str = "grading.judge") -> ColumnElement[bool]:
    """Works that the permission covers: everywhere, in the actor's runs, of the participants of their groups."""
    scopes = by.scopes(permission)
    if scopes is None:
        return Attempt.id.is_not(None)
    members = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id.in_(scopes))
    return or_(Attempt.run_id.in_(scopes), Attempt.person_id.in_(members))


def _matching(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Person.erased_at.is_(None), Person.is_test.is_(False)]
    if filters.words:
        conditions.append(Person.display_name.icontains(filters.words, autoescape=True))
    if filters.group_id is not None:
        members = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id == filters.group_id)
        conditions.append(Attempt.person_id.in_(members))
    if filters.course:
        conditions.append(CourseRun.slug == filters.course)
    return conditions


def waiting_answers(by: Actor, filters: Filters) -> Select[CellGrade, Person, CourseRun]:
    """Answers without points, those handed in first before the others. Each comes with its attempt."""
    return (
        select(CellGrade, Person, CourseRun)
        .join(CellGrade.attempt)
        .join(Person, Person.id == Attempt.person_id)
        .join(CourseRun, CourseRun.id == Attempt.run_id)
        .where(
            Attempt.state == AttemptState.NEEDS_PERSON,
            Attempt.superseded_at.is_(None),
            CellGrade.needs_person,
            CellGrade.manual_score.is_(None),
            judged_by(by),
            *_matching(filters),
        )
        .options(contains_eager(CellGrade.attempt))
        .order_by(Attempt.submitted_at, Attempt.id, CellGrade.position)
    )


def works(by: Actor, filters: Filters, *, released: bool) -> Select[Attempt, Person, CourseRun]:
    """Works in which every answer has points: those to release, oldest first; or those a person released, newest first."""
    unjudged = exists().where(
        CellGrade.attempt_id == Attempt.id, CellGrade.needs_person, CellGrade.manual_score.is_(None)
    )
    query = (
        select(Attempt, Person, CourseRun)
        .join(Person, Person.id == Attempt.person_id)
        .join(CourseRun, CourseRun.id == Attempt.run_id)
        .where(judged_by(by), *_matching(filters))
        .options(selectinload(Attempt.cells), contains_eager(Attempt.release))
    )
    if released:
        return (
            query.join(Attempt.release)
            .where(Attempt.state == AttemptState.RELEASED, Release.released_by.is_not(None))
            .order_by(Release.released_at.desc())
        )
    query = query.outerjoin(Attempt.release)
    return query.where(Attempt.state == AttemptState.NEEDS_PERSON, Attempt.superseded_at.is_(None), ~unjudged).order_by(
        Attempt.submitted_at
    )


def size(session: Session, query: Select[Any, Person, CourseRun]) -> int:
    """How many rows a query of this module has."""
    bare = query.order_by(None).with_only_columns(Person.id).subquery()
    return session.scalar(select(func.count()).select_from(bare)) or 0


def next_answer(
    session: Session, by: Actor, *, at: datetime, after: UUID | None = None, within: UUID | None = None
) -> CellGrade | None:
    """The next answer that no other tutor has open; `after` is skipped, `within` keeps to one work."""
    query = waiting_answers(by, Filters()).where(
        or_(CellGrade.claimed_until.is_(None), CellGrade.claimed_until < at, CellGrade.claimed_by == by.person_id)
    )
    if after is not None:
        query = query.where(CellGrade.id != after)
    if within is not None:
        query = query.where(CellGrade.attempt_id == within)
    row = session.execute(query.limit(1)).first()
    return None if row is None else row[0]
