"""Going over all verdicts: nightly where a rule has dates, after a contract changed, and to prove that they are derived."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.rules import has_dates, parse
from lms.completion.service import Outcome, needed, reevaluate, standing
from lms.courses.models import CourseRun
from lms.database import Database
from lms.jobs import JobRun, enqueue
from lms.ledger import Fact
from lms.people.models import Person

HANDLER = "completion.reevaluate"
BATCH = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept verdict that is not the true one."""

    run_id: UUID
    person_id: UUID
    outcome: Outcome


def rebuild(database: Database, run_ids: list[UUID], *, now: datetime, is_check: bool = False) -> Iterator[Difference]:
    """Mend every verdict of these runs that is not what the facts say; with `is_check` only tell which.

    Writes in batches of people, so that nobody waits for long.
    """
    for run_id in run_ids:
        last: UUID | None = None
        while True:
            with database.reading() if is_check else database.writing() as session:
                people = _people(session, run_id, after=last)
                run = session.get_one(CourseRun, run_id)
                found = [(person_id, _look(session, run, person_id, now, is_check)) for person_id in people]
            yield from (Difference(run_id, *pair) for pair in found if pair[1] is not Outcome.SAME)
            if not people:
                break
            last = people[-1]


def list_run_ids(session: Session, *, with_dates: bool = False, slug: str | None = None) -> list[UUID]:
    """Runs by the time they started; those whose rule time alone can change, or those of one course."""
    query = select(CourseRun).order_by(CourseRun.starts_at, CourseRun.id)
    runs = session.scalars(query if slug is None else query.where(CourseRun.slug == slug))
    return [run.id for run in runs if not with_dates or has_dates(parse(run.contract["completion"]))]


def reevaluate_job(job: JobRun) -> None:
    """The handler: one run (`run_id`), or without it every run whose rule has dates."""
    with job.reading() as session:
        run_ids = [UUID(job.ids["run_id"])] if "run_id" in job.ids else list_run_ids(session, with_dates=True)
    for _difference in rebuild(job.database, run_ids, now=job.at()):
        pass


def contract_changed(session: Session, run_id: UUID) -> None:
    """Enlist a new look at everybody's verdict, in the transaction of the change."""
    version = session.get_one(CourseRun, run_id).contract_version
    enqueue(session, HANDLER, {"run_id": str(run_id)}, key=f"{run_id.hex}:{version}")


def _people(session: Session, run_id: UUID, *, after: UUID | None) -> list[UUID]:
    query = (
        select(Fact.person_id)
        .join(Person, Person.id == Fact.person_id)
        .where(Fact.course_run_id == run_id, Person.is_test.is_(False))
        .distinct()
        .order_by(Fact.person_id)
        .limit(BATCH)
    )
    return list(session.scalars(query if after is None else query.where(Fact.person_id > after)))


def _look(session: Session, run: CourseRun, person_id: UUID, now: datetime, is_check: bool) -> Outcome:  # noqa: FBT001
    if is_check:
        return needed(standing(session, person_id, run, now=now))
    return reevaluate(session, run, person_id, now=now)
