"""Cohorts: a year's intake, and who belongs to it at which stage."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Invalid
from lms.people.audit import record
from lms.people.models import Cohort, CohortMember
from lms.people.names import tidy

CODE_LENGTH = 40
LISTED = 500


def find_cohort(session: Session, code: str) -> Cohort | None:
    """By its code, e.g. `2026`."""
    return session.scalar(select(Cohort).where(Cohort.code == tidy(code)))


def find_or_create_cohort(session: Session, code: str) -> Cohort:
    """The cohort of this code; made with the code as its title when there is none. Raises Invalid for no code."""
    code = tidy(code)
    if not 0 < len(code) <= CODE_LENGTH:
        raise Invalid(N_("A cohort's code has 1 to %(most)s characters."), most=CODE_LENGTH)
    cohort = find_cohort(session, code)
    if cohort is None:
        cohort = Cohort(id=new_id(), code=code, title=code)
        session.add(cohort)
        session.flush()
    return cohort


def join(session: Session, cohort_id: UUID, person_id: UUID, *, stage: str | None = None) -> bool:
    """Make a person a member; `stage` None leaves it as it is. Whether anything changed."""
    member = session.get(CohortMember, (cohort_id, person_id))
    if member is None:
        session.add(CohortMember(cohort_id=cohort_id, person_id=person_id, stage=(stage or "")[:CODE_LENGTH]))
        session.flush()
        return True
    if stage is None or member.stage == stage:
        return False
    member.stage = stage[:CODE_LENGTH]
    return True


def leave(session: Session, code: str, person_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """End a membership; nothing happens if there is none."""
    cohort = find_cohort(session, code)
    member = session.get(CohortMember, (cohort.id, person_id)) if cohort is not None else None
    if member is not None:
        session.delete(member)
        record(session, "cohort.left", at=at, actor_id=by, subject_id=person_id, cohort=tidy(code))


@dataclass(frozen=True, slots=True)
class Membership:
    """A cohort of a person's and their stage in it."""

    code: str
    title: str
    stage: str


def memberships(session: Session, person_id: UUID) -> list[Membership]:
    """A person's cohorts, newest code first."""
    query = select(Cohort.code, Cohort.title, CohortMember.stage).join(CohortMember)
    query = query.where(CohortMember.person_id == person_id).order_by(Cohort.code.desc())
    return [Membership(code, title, stage) for code, title, stage in session.execute(query.limit(LISTED))]


def list_cohorts(session: Session) -> list[Cohort]:
    """All of them, newest code first, at most `LISTED`."""
    return list(session.scalars(select(Cohort).order_by(Cohort.code.desc()).limit(LISTED)))


def person_ids(session: Session, codes: Collection[str]) -> frozenset[UUID]:
    """Everybody in one of these cohorts."""
    query = select(CohortMember.person_id).join(Cohort).where(Cohort.code.in_(codes))
    return frozenset(session.scalars(query))
