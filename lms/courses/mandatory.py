"""Mandatory courses are everyone's from the start: who they are for is a rule, and enrolment follows it.

A run with `cohorts` is for their members, one without for every participant who is in no other run of the course: who
took it last year is not sent through it again. The rule holds from the day on which the run starts until it is over.
Nobody is taken out again when the rule changes: what somebody has begun stays theirs.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.courses.enrolment import enrol
from lms.courses.models import CourseRun, Enrolment
from lms.courses.periods import Phase, phase, preference
from lms.courses.runs import LISTED, find_current_run, get_run, not_over
from lms.database import new_id
from lms.jobs import JobRun
from lms.people.actor import Role
from lms.people.models import Cohort, CohortMember, Grant, Person

RULE = "rule"


def missing_mandatory(session: Session, person_id: UUID, *, at: datetime) -> list[UUID]:
    """The mandatory runs that are on, are this person's by rule and in which they are not. Four queries at most."""
    runs = list_mandatory_runs(session, at=at)
    rows = _places(session, person_id) if runs else []
    inside, known = {run_id for run_id, _ in rows}, {slug for _, slug in rows}
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
    missing = []
    for run in outside:
        if codes.intersection(run.cohorts) if run.cohorts else is_participant and run.slug not in known:
            missing.append(run.id)
            known.add(run.slug)
    return missing


def list_mandatory_runs(session: Session, *, at: datetime) -> list[CourseRun]:
    """Those that are on, at most 500, the newest of a course first."""
    query = (
        select(CourseRun)
        .where(CourseRun.kind == "mandatory", CourseRun.starts_at <= at, not_over(at))
        .order_by(CourseRun.slug, *preference(at))
        .limit(LISTED)
    )
    return list(session.scalars(query))


def _places(session: Session, person_id: UUID) -> list[tuple[UUID, str]]:
    """(run id, slug) of every run in which the person is or was."""
    query = select(CourseRun.id, CourseRun.slug).join(Enrolment, Enrolment.run_id == CourseRun.id)
    return [(run_id, slug) for run_id, slug in session.execute(query.where(Enrolment.person_id == person_id))]


def enrol_mandatory(session: Session, person_id: UUID, *, at: datetime) -> int:
    """Let a person into what is theirs by rule; returns into how many runs. Call it when somebody joins."""
    missing = sorted(missing_mandatory(session, person_id, at=at))
    for run_id in missing:
        enrol(session, run_id, person_id, source=RULE, at=at)
    return len(missing)


def enrol_everyone(session: Session, run: CourseRun, *, at: datetime) -> int:
    """Let everybody in to whom the rule gives this run; returns how many are new. Nobody while it is not on.

    A run for every participant takes newcomers only as long as it is the current one. Four queries and one insert.
    """
    if run.kind != "mandatory" or phase(run, at) is not Phase.ON:
        return 0
    current = find_current_run(session, run.slug, at=at)
    if not run.cohorts and current is not None and current.id != run.id:
        return 0
    get_run(session, run.id, for_update=True)
    people = session.scalars(_entitled(run)).all()
    session.add_all(
        Enrolment(id=new_id(), run_id=run.id, person_id=person_id, source=RULE, enrolled_at=at) for person_id in people
    )
    session.flush()
    return len(people)


def enrol_by_rule(job: JobRun) -> None:
    """The handler: catch up in every mandatory run that is on; one transaction each."""
    with job.reading() as session:
        run_ids = [run.id for run in list_mandatory_runs(session, at=job.at())]
    for run_id in run_ids:
        with job.writing() as session:
            enrol_everyone(session, session.get_one(CourseRun, run_id), at=job.at())


def count_entitled(session: Session, run: CourseRun) -> int:
    """How many people `enrol_everyone` would let in, were the run on."""
    if run.kind != "mandatory":
        return 0
    return session.scalar(select(func.count()).select_from(_entitled(run).subquery())) or 0


def _entitled(run: CourseRun) -> Select[UUID]:
    """People of the rule without a row in this run; without cohorts also without one in another run of the course."""
    theirs = select(Enrolment.id).join(CourseRun, CourseRun.id == Enrolment.run_id)
    if run.cohorts:
        members = (
            select(CohortMember.person_id)
            .join(Cohort, Cohort.id == CohortMember.cohort_id)
            .where(Cohort.code.in_(run.cohorts))
        )
        known = theirs.where(CourseRun.id == run.id)
    else:
        members = select(Grant.person_id).where(Grant.role == Role.PARTICIPANT)
        known = theirs.where(CourseRun.slug == run.slug)
    return (
        select(Person.id)
        .where(Person.id.in_(members), Person.erased_at.is_(None), ~known.where(Enrolment.person_id == Person.id).exists())
        .order_by(Person.id)
    )
