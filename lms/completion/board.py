"""What tutors confirm: the criteria of their participants' courses, who met which, who said so and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.completion.evidence import CONFIRMED
from lms.completion.permissions import CONFIRM
from lms.courses.contract import named_criteria
from lms.courses.models import CourseRun, Enrolment
from lms.ledger import Fact
from lms.people.actor import Actor
from lms.people.models import Person, TutorGroupMember
from lms.people.names import plain

RUNS_LISTED = 500
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Filters:
    """What the tutor wants to see; None and "" mean everything. `is_met`: all criteria confirmed, or not all."""

    words: str = ""
    group_id: UUID | None = None
    run_id: UUID | None = None
    is_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That a criterion was met, who said so and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A participant in a run, with each criterion of its rule in the rule's order; None: not confirmed."""

    person_id: UUID
    display_name: str
    run: CourseRun
    criteria: tuple[tuple[str, Confirmation | None], ...]


def criteria_of(run: CourseRun) -> tuple[str, ...]:
    """The criteria that the run's rule names, each once."""
    return tuple(dict.fromkeys(named_criteria(run.contract["completion"])))


_ASKS = cast(CourseRun.contract, String).contains('"by_person"')
"""Said of the text of a contract, so that those of all years need not be read."""


def is_needed(session: Session) -> bool:
    """Whether some course asks for a confirmation at all."""
    return session.scalar(select(CourseRun.id).where(_ASKS).limit(1)) is not None


def list_runs_to_confirm(session: Session) -> list[CourseRun]:
    """Runs whose rule names a criterion, the newest first; at most 500."""
    query = (
        select(CourseRun)
        .where(_ASKS)
        .order_by(CourseRun.starts_at.desc(), CourseRun.slug, CourseRun.code)
        .limit(RUNS_LISTED)
    )
    return [run for run in session.scalars(query) if criteria_of(run)]


def places(by: Actor, runs: Sequence[CourseRun], filters: Filters) -> Select[Enrolment, Person]:
    """The participants in these runs whom the actor may confirm for, by name. Raises Forbidden."""
    by.must(CONFIRM.name)
    wanted = [run for run in runs if filters.run_id in (None, run.id)]
    query = (
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.run_id.in_([run.id for run in wanted]),
            Enrolment.left_at.is_(None),
            Person.erased_at.is_(None),
            Person.is_test.is_(False),
            _covered(by),
        )
        .order_by(Person.plain_name, Person.id, Enrolment.enrolled_at, Enrolment.id)
    )
    for word in plain(filters.words).split()[:MOST_WORDS]:
        query = query.where(Person.plain_name.contains(word, autoescape=True))
    if filters.group_id is not None:
        members = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id == filters.group_id)
        query = query.where(Enrolment.person_id.in_(members))
    if filters.is_met is not None and wanted:
        is_met = _count_met(wanted) >= case({run.id: len(criteria_of(run)) for run in wanted}, value=Enrolment.run_id)
        query = query.where(is_met if filters.is_met else ~is_met)
    return query


def count_places(session: Session, query: Select[Enrolment, Person]) -> int:
    """How many rows `places` has."""
    bare = query.order_by(None).with_only_columns(Enrolment.id).subquery()
    return session.scalar(select(func.count()).select_from(bare)) or 0


def lines(session: Session, rows: Sequence[tuple[Enrolment, Person]], runs: Sequence[CourseRun]) -> list[Line]:
    """Rows of `places` with what was confirmed of them; two queries."""
    by_id = {run.id: run for run in runs}
    people = {person.id for _, person in rows}
    run_ids = {enrolment.run_id for enrolment, _ in rows}
    facts = session.scalars(
        select(Fact).where(_stands(), Fact.person_id.in_(people), Fact.course_run_id.in_(run_ids)).order_by(Fact.at)
    ).all()
    actors = {fact.actor_id for fact in facts if fact.actor_id is not None}
    names = dict(session.execute(select(Person.id, Person.display_name).where(Person.id.in_(actors))).all())
    found = {
        (fact.person_id, fact.course_run_id, str(fact.value["criterion"])): Confirmation(
            names.get(fact.actor_id, "") if fact.actor_id is not None else "", fact.at
        )
        for fact in reversed(facts)
    }
    return [
        Line(
            person_id=person.id,
            display_name=person.display_name,
            run=by_id[enrolment.run_id],
            criteria=tuple(
                (criterion, found.get((person.id, enrolment.run_id, criterion)))
                for criterion in criteria_of(by_id[enrolment.run_id])
            ),
        )
        for enrolment, person in rows
    ]


def _covered(by: Actor) -> ColumnElement[bool]:
    """Whom the permission covers: everybody, participants of a run, of a group. Never oneself."""
    scopes = by.scopes(CONFIRM.name)
    others = Enrolment.person_id != by.person_id
    if scopes is None:
        return others
    members = select(TutorGroupMember.person_id).where(TutorGroupMember.group_id.in_(scopes))
    return and_(others, or_(Enrolment.run_id.in_(scopes), Enrolment.person_id.in_(members)))


def _stands() -> ColumnElement[bool]:
    voiding = aliased(Fact)
    return and_(Fact.kind == CONFIRMED, ~exists().where(voiding.voids_id == Fact.id))


def _count_met(runs: Sequence[CourseRun]) -> ColumnElement[int]:
    """How many criteria of its run's rule are confirmed at an enrolment."""
    criterion = Fact.value["criterion"].as_string()
    named = or_(*(and_(Fact.course_run_id == run.id, criterion.in_(criteria_of(run))) for run in runs))
    return (
        select(func.count(func.distinct(criterion)))
        .where(_stands(), named, Fact.person_id == Enrolment.person_id, Fact.course_run_id == Enrolment.run_id)
        .scalar_subquery()
    )
