"""What an admin may ask of the jobs: how many, which, why not, and "again"."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import registries
from lms.errors import N_, Conflict, NotFound
from lms.jobs.engine import Engine
from lms.jobs.models import Failure, Worker
from lms.jobs.queue import enqueue

WAITING = ("ENQUEUED", "DELAYED")
RUNNING = ("PENDING",)
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class JobRow:
    """A waiting or running job."""

    id: str
    state: str
    handler: str
    key: str
    attempt: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each; `waiting` and `running` are counted up to `COUNTED`."""

    waiting: int
    running: int
    failed: int


def is_worker_alive(session: Session, at: datetime, *, within_seconds: float) -> bool:
    """Whether some worker gave a sign of life lately."""
    return count_workers(session, at, within_seconds=within_seconds) > 0


def count_workers(session: Session, at: datetime, *, within_seconds: float) -> int:
    """How many workers gave a sign of life lately."""
    alive = Worker.beat_at > at - timedelta(seconds=within_seconds)
    return session.scalar(select(func.count()).select_from(Worker).where(alive)) or 0


def list_waiting(session: Session, *, state: str | None = None, limit: int = 50, offset: int = 0) -> list[JobRow]:
    """Waiting and running jobs, or only those in one of the two states, oldest first."""
    engine = registries.of(session).get_existing(Engine)
    statuses = {"waiting": WAITING, "running": RUNNING, None: (*RUNNING, *WAITING)}[state]
    rows = engine.list_jobs(statuses, limit=min(limit, 200), offset=offset)
    return [
        JobRow(
            id=job_id,
            state="running" if status in RUNNING else "waiting",
            handler=payload["handler"],
            key=payload["key"],
            attempt=payload["attempt"],
            created_at=datetime.fromtimestamp(created_ms / 1000, UTC),
        )
        for job_id, status, payload, created_ms in rows
    ]


def list_failures(session: Session, *, limit: int = 50, offset: int = 0) -> list[Failure]:
    """Jobs that gave up and wait for a person, newest first."""
    query = select(Failure).where(Failure.again_at.is_(None)).order_by(Failure.failed_at.desc())
    return list(session.scalars(query.limit(min(limit, 200)).offset(offset)))


def count_failures(session: Session) -> int:
    """How many jobs gave up and wait for a person."""
    return session.scalar(select(func.count()).where(Failure.again_at.is_(None))) or 0


def counts(session: Session) -> Counts:
    """The three figures for the head of the page."""
    engine = registries.of(session).get_existing(Engine)
    return Counts(
        waiting=len(engine.list_jobs(WAITING, limit=COUNTED)),
        running=len(engine.list_jobs(RUNNING, limit=COUNTED)),
        failed=count_failures(session),
    )


def again(session: Session, failure_id: UUID, *, at: datetime) -> None:
    """Enlist a failed job once more, as a new generation of its key. Raises NotFound, Conflict (already sent again)."""
    failure = session.get(Failure, failure_id)
    if failure is None:
        raise NotFound
    if failure.again_at is not None:
        raise Conflict(N_("This job was already started again."))
    failure.again_at = at
    enqueue(session, failure.handler, failure.ids, key=f"{failure.key.partition('~')[0]}~{failure.id.hex}")
