"""What an admin may ask of the jobs and of the workers: how many, and which."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import registries
from lms.jobs.engine import Engine
from lms.jobs.failures import count_failures
from lms.jobs.models import Worker

READY = ("ENQUEUED",)
WAITING = (*READY, "DELAYED")
RUNNING = ("PENDING",)
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class JobRow:
    """A waiting or running job. `due_at`: a waiting one that is not to be begun before then."""

    id: str
    state: str
    handler: str
    key: str
    attempt: int
    created_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each; `waiting` and `running` are counted up to `COUNTED`. `oldest_at`: since when the job that has
    waited longest could have been begun; None if none could.
    """

    waiting: int
    running: int
    failed: int
    oldest_at: datetime | None


def is_worker_alive(session: Session, at: datetime, *, within_seconds: float) -> bool:
    """Whether some worker gave a sign of life lately."""
    return count_workers(session, at, within_seconds=within_seconds) > 0


def count_workers(session: Session, at: datetime, *, within_seconds: float) -> int:
    """How many workers gave a sign of life lately and are not about to stop."""
    alive = (Worker.beat_at > at - timedelta(seconds=within_seconds)) & Worker.leaving_at.is_(None)
    return session.scalar(select(func.count()).select_from(Worker).where(alive)) or 0


def list_waiting(session: Session, *, state: str | None = None, limit: int = 50, offset: int = 0) -> list[JobRow]:
    """Waiting and running jobs, or only those in one of the two states, oldest first."""
    engine = registries.of(session).get_existing(Engine)
    statuses = {"waiting": WAITING, "running": RUNNING, None: (*RUNNING, *WAITING)}[state]
    rows = engine.list_jobs(statuses, limit=min(limit, 200), offset=offset)
    return [
        JobRow(
            id=job.id,
            state="running" if job.status in RUNNING else "waiting",
            handler=job.payload["handler"],
            key=job.payload["key"],
            attempt=job.payload["attempt"],
            created_at=_time(job.created_ms),
            due_at=_time(job.due_ms) if job.status not in (*RUNNING, *READY) else None,
        )
        for job in rows
    ]


def counts(session: Session) -> Counts:
    """The figures for the head of the page and for whoever watches from outside."""
    engine = registries.of(session).get_existing(Engine)
    ready = engine.list_starts(READY, limit=COUNTED)
    return Counts(
        waiting=len(engine.list_starts(WAITING, limit=COUNTED)),
        running=len(engine.list_starts(RUNNING, limit=COUNTED)),
        failed=count_failures(session),
        oldest_at=_time(min(ready)) if ready else None,
    )


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
