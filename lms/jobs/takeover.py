"""Taking over what lost workers ran.

Several workers may do this at the same moment, and each of them may be killed at any step: a loss is a row that is
inserted once for each claim, and a job goes back only out of the very hands that lost it. So the steps are simply done
again by whoever looks next. A worker that said it was leaving took nothing down: what it left goes back uncounted.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select

from lms.database import Database
from lms.jobs.engine import Claim, Engine
from lms.jobs.failures import give_up
from lms.jobs.models import Loss, Worker
from lms.jobs.once import insert_once

log = structlog.get_logger(__name__)

LOSSES_UNTIL_PARKED = 3


def take_over(
    database: Database, engine: Engine, *, me: str, lost_seconds: float, clock: Callable[[], datetime]
) -> None:
    """Put back what silent workers ran. A job that took several workers down with it is parked."""
    claims = list(engine.list_claims())  # before the workers: whoever claims a job has its row already
    horizon = clock() - timedelta(seconds=lost_seconds)
    with database.reading() as session:
        workers = list(session.scalars(select(Worker)))
    silent = {worker.name for worker in workers if worker.beat_at < horizon} - {me}
    alive = {me, *(worker.name for worker in workers)} - silent
    leaving = {worker.name for worker in workers if worker.leaving_at is not None}
    for claim in claims:
        if claim.worker not in alive:
            _take(database, engine, claim, is_loss=claim.worker not in leaving, at=clock())
    if silent:
        with database.writing() as session:
            session.execute(delete(Worker).where(Worker.name.in_(silent), Worker.beat_at < horizon))


def _take(database: Database, engine: Engine, claim: Claim, *, is_loss: bool, at: datetime) -> None:
    times = _count(database, claim, at=at) if is_loss else 0
    if times >= LOSSES_UNTIL_PARKED:
        with database.writing() as session:  # before it is cancelled, or a kill between the two would lose the job
            give_up(session, claim.job_id, claim.payload, f"the worker died {times} times while doing it", at=at)
        engine.cancel(claim.job_id)
        log.warning("job_parked", job=claim.job_id, times=times)
    elif engine.give_back(claim):
        log.warning("job_taken_over", job=claim.job_id, worker=claim.worker, times=times)


def _count(database: Database, claim: Claim, *, at: datetime) -> int:
    """How often the job was lost, this claim included."""
    with database.writing() as session:
        row = {"job_id": claim.job_id, "worker": claim.worker, "claimed_ms": claim.claimed_ms, "lost_at": at}
        insert_once(session, Loss, row, unique=["job_id", "worker", "claimed_ms"])
        return session.scalar(select(func.count()).where(Loss.job_id == claim.job_id)) or 0
