"""Mandatory courses are everyone's from the start: who they are for is a rule, and enrolment follows it.

A course with `cohorts` is for their members, one without for every participant. Nobody is taken out again when the
rule changes: what somebody has begun stays theirs.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from lms.courses.enrolment import enrol
from lms.courses.models import CourseRun, Enrolment
from lms.courses.runs import get_run, list_runs
from lms.database import new_id
from lms.people.actor import Role
from lms.people.models import Cohort, CohortMember, Grant, Person

RULE = "rule"


def missing_mandatory(session: Session, person_id: UUID, *, at: datetime) -> list[UUID]:
    """The current mandatory runs that are this person's by rule and in which they are not. Four queries at most."""
    runs = list_runs(session, kind="mandatory", at=at)
    inside = set(session.scalars(select(Enrolment.run_id).where(Enrolment.person_id == person_id))) if runs else set()
    outside = [run for run in runs if run.id not in inside]
    if not outside:
        return []
    groups = session.scalars(
        select(Cohort.code)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.person_id == person_id)
    )
    codes = frozenset(groups)
    participant = select(Grant.id).where(Grant.person_id == person_id, Grant.role == Role.PARTICIPANT).limit(1)
    is_participant = session.scalar(participant) is not None
    return [run.id for run in outside if (codes.intersection(run.cohorts) if run.cohorts else is_participant)]


def enrol_mandatory(session: Session, person_id: UUID, *, at: datetime) -> int:
    """Let a person into what is theirs by rule; returns into how many runs. Call it when somebody joins."""
    missing = sorted(missing_mandatory(session, person_id, at=at))
    for run_id in missing:
        enrol(session, run_id, person_id, source=RULE, at=at)
    return len(missing)


def enrol_everyone(session: Session, run: CourseRun, *, at: datetime) -> int:
    """Let everybody in to whom the rule gives this run; returns how many are new. Two queries and one insert."""
    if run.kind != "mandatory":
        return 0
    get_run(session, run.id, for_update=True)
    people = session.scalars(_entitled(run)).all()
    session.add_all(
        Enrolment(id=new_id(), run_id=run.id, person_id=person_id, source=RULE, enrolled_at=at) for person_id in people
    )
    session.flush()
    return len(people)


def _entitled(run: CourseRun) -> Select[UUID]:
    """People of the rule without a row in this run."""
    if run.cohorts:
        members = (
            select(CohortMember.person_id)
            .join(Cohort, Cohort.id == CohortMember.cohort_id)
            .where(Cohort.code.in_(run.cohorts))
        )
    else:
        members = select(Grant.person_id).where(Grant.role == Role.PARTICIPANT)
    known = exists().where(Enrolment.run_id == run.id, Enrolment.person_id == Person.id)
    return select(Person.id).where(Person.id.in_(members), Person.erased_at.is_(None), ~known).order_by(Person.id)
