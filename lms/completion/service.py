"""Verdicts: worked out when asked for, and kept as facts at the moment they turn."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import ledger
from lms.completion.evidence import COMPLETED, CONFIRMED, as_evidence, counted_kinds, list_evidence
from lms.completion.permissions import CONFIRM
from lms.completion.rules import parse
from lms.completion.verdicts import (
    Evidence,
    Status,
    Verdict,
    course_score,
    evaluate,
    four_places,
    graded_score,
    latest,
    scored_shares,
)
from lms.courses.contract import counted_weights, named_criteria
from lms.courses.enrolment import find_enrolment
from lms.courses.models import CourseRun
from lms.courses.runs import get_run
from lms.courses.subjects import course_subject
from lms.errors import N_, Forbidden, Invalid, NotFound
from lms.ledger import Fact, NewFact
from lms.people.actor import Actor
from lms.people.groups import group_ids_of
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Standing:
    """A person in a run: the verdict, the course's score so far, when the verdict turned to done.

    `score` is a share 0..1 of the whole course, `graded` one of the part that has scores already; see `course_score`.
    `steps` is the evidence that counts, by step.
    """

    verdict: Verdict
    score: Fraction | None
    graded: Fraction | None
    completed_at: datetime | None
    steps: Mapping[str, Evidence]


class Outcome(StrEnum):
    """What a new look at a verdict led to."""

    SAME = "same"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


def standings(session: Session, person_id: UUID, runs: Iterable[CourseRun], *, now: datetime) -> dict[UUID, Standing]:
    """How a person stands in several runs, by run id: one query, however many."""
    kinds = counted_kinds(session) | {COMPLETED}
    by_run: defaultdict[UUID | None, list[Fact]] = defaultdict(list)
    for fact in ledger.list_facts(session, person_id, kinds=kinds):
        by_run[fact.course_run_id].append(fact)
    return {run.id: _standing(run, by_run[run.id], now) for run in runs}


def standings_in(
    session: Session, person_ids: Collection[UUID], run: CourseRun, *, now: datetime
) -> dict[UUID, Standing]:
    """How several persons stand in one run, by person id: one query, however many."""
    by_person: defaultdict[UUID, list[Fact]] = defaultdict(list)
    for fact in ledger.list_facts_of_run(session, run.id, person_ids, kinds=counted_kinds(session) | {COMPLETED}):
        by_person[fact.person_id].append(fact)
    return {person_id: _standing(run, by_person[person_id], now) for person_id in person_ids}


def standing(session: Session, person_id: UUID, run: CourseRun, *, now: datetime) -> Standing:
    """How a person stands in one run."""
    kinds = counted_kinds(session) | {COMPLETED}
    return _standing(run, ledger.list_facts(session, person_id, course_run_id=run.id, kinds=kinds), now)


def verdict(session: Session, person_id: UUID, run: CourseRun, *, now: datetime) -> Verdict:
    """What the run's rule says of a person now."""
    return evaluate(parse(run.contract["completion"]), list_evidence(session, person_id, run.id), now)


def reevaluate(session: Session, run: CourseRun, person_id: UUID, *, now: datetime) -> Outcome:
    """Bring the fact `course.completed` in line with the verdict; at most one of them stands."""
    _one_at_a_time(session, person_id)
    found = standing(session, person_id, run, now=now)
    outcome = needed(found)
    if outcome is Outcome.COMPLETED:
        ledger.append(session, _completed(session, run, person_id, found))
    elif outcome is Outcome.WITHDRAWN:
        for fact in ledger.list_facts(session, person_id, course_run_id=run.id, kinds=[COMPLETED]):
            ledger.void(session, fact, reason="rule_not_met", at=now, actor_id=None)
    return outcome


def needed(found: Standing) -> Outcome:
    """What has to be done for the kept verdict to be the true one."""
    is_done = found.verdict.status is Status.DONE
    if is_done == (found.completed_at is not None):
        return Outcome.SAME
    return Outcome.COMPLETED if is_done else Outcome.WITHDRAWN


def derive(session: Session, fact: Fact) -> None:
    """The derivation: look at the verdict anew in the transaction of a fact that rules read, or of its voiding."""
    kind = fact.value["kind"] if fact.voids_id is not None else fact.kind
    if fact.course_run_id is None or kind not in counted_kinds(session):
        return
    run = session.get(CourseRun, fact.course_run_id)
    if run is not None:
        reevaluate(session, run, fact.person_id, now=fact.recorded_at)


def confirm(session: Session, run_id: UUID, person_id: UUID, criterion: str, *, by: Actor, at: datetime) -> Fact:
    """A person confirms that a participant met a criterion of the run's rule; again changes nothing.

    Raises NotFound (also for whoever was never in the run), Forbidden, Invalid for a criterion that the rule does not
    have.
    """
    run = get_run(session, run_id)
    _must_cover(session, run, person_id, by)
    if find_enrolment(session, run.id, person_id) is None:
        raise NotFound
    if criterion not in set(named_criteria(run.contract["completion"])):
        raise Invalid(N_("The course has no criterion %(criterion)s."), criterion=criterion)
    _one_at_a_time(session, person_id)
    known = _confirmations(session, run, person_id, criterion)
    if known:
        return known[0]
    number = _count(session, run, person_id, CONFIRMED) + 1
    return ledger.append(
        session,
        NewFact(
            key=f"{CONFIRMED}:{run.id.hex}:{person_id.hex}:{number}",
            kind=CONFIRMED,
            person_id=person_id,
            subject=course_subject(run.slug),
            course_run_id=run.id,
            value={"criterion": criterion},
            at=at,
            source="completion",
            actor_id=by.person_id,
        ),
    )


def withdraw(session: Session, run_id: UUID, person_id: UUID, criterion: str, *, by: Actor, at: datetime) -> None:
    """Take a confirmation back. Raises NotFound, Forbidden."""
    run = get_run(session, run_id)
    _must_cover(session, run, person_id, by)
    _one_at_a_time(session, person_id)
    for fact in _confirmations(session, run, person_id, criterion):
        ledger.void(session, fact, reason="withdrawn", at=at, actor_id=by.person_id)


def _must_cover(session: Session, run: CourseRun, person_id: UUID, by: Actor) -> None:
    by.must(CONFIRM.name, run.id, *group_ids_of(session, person_id))
    if by.person_id == person_id:
        raise Forbidden(N_("Nobody confirms a criterion for themselves. Ask another tutor."))


def _standing(run: CourseRun, facts: list[Fact], now: datetime) -> Standing:
    evidence = list(as_evidence(fact for fact in facts if fact.kind != COMPLETED))
    completed = [fact.at for fact in facts if fact.kind == COMPLETED]
    weights, shares = counted_weights(run.contract), scored_shares(evidence)
    return Standing(
        verdict=evaluate(parse(run.contract["completion"]), evidence, now),
        score=course_score(weights, shares),
        graded=graded_score(weights, shares),
        completed_at=max(completed, default=None),
        steps=latest(evidence),
    )


def _completed(session: Session, run: CourseRun, person_id: UUID, found: Standing) -> NewFact:
    number = _count(session, run, person_id, COMPLETED) + 1
    value: dict[str, object] = {"rule_version": run.contract_version}
    if found.score is not None:
        value["score"] = str(four_places(found.score))
    used = select(func.max(Fact.at)).where(Fact.id.in_(found.verdict.used))
    return NewFact(
        key=f"{COMPLETED}:{run.id.hex}:{person_id.hex}:{number}",
        kind=COMPLETED,
        person_id=person_id,
        subject=course_subject(run.slug),
        course_run_id=run.id,
        value=value,
        at=session.scalars(used).one(),
        source="completion",
    )


def _confirmations(session: Session, run: CourseRun, person_id: UUID, criterion: str) -> list[Fact]:
    facts = ledger.list_facts(session, person_id, course_run_id=run.id, kinds=[CONFIRMED])
    return [fact for fact in facts if fact.value["criterion"] == criterion]


def _count(session: Session, run: CourseRun, person_id: UUID, kind: str) -> int:
    """How many facts of this kind there ever were, the voided ones too."""
    query = select(func.count()).where(Fact.person_id == person_id, Fact.course_run_id == run.id, Fact.kind == kind)
    return session.scalar(query) or 0


def _one_at_a_time(session: Session, person_id: UUID) -> None:
    """Two facts at once must not each miss the other: the second waits here until the first is committed.

    FOR NO KEY UPDATE, since the facts themselves hold a key share of this row. SQLite has one writer anyway.
    """
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
