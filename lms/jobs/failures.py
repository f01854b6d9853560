"""What becomes of a job that gave up: it waits for a person, who may send it again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Conflict, NotFound
from lms.jobs.engine import Payload
from lms.jobs.models import Failure
from lms.jobs.once import insert_once
from lms.jobs.queue import enqueue

REASON_LENGTH = 2000


def give_up(session: Session, job_id: str, payload: Payload, reason: str, *, at: datetime) -> None:
    """Write down why the job is not tried any more; the first reason stands."""
    row = {
        "id": new_id(),
        "job_id": job_id,
        "handler": payload["handler"],
        "key": payload["key"],
        "ids": dict(payload["ids"]),
        "reason": _storable(reason),
        "attempts": payload["attempt"],
        "failed_at": at,
    }
    insert_once(session, Failure, row, unique=["job_id"])


def _storable(reason: str) -> str:
    """An error's text may hold what no database takes: PostgreSQL no NUL, neither of the two half a character."""
    return reason.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")[:REASON_LENGTH]


def list_failures(session: Session, *, limit: int = 50, offset: int = 0) -> list[Failure]:
    """Jobs that gave up and wait for a person, newest first."""
    query = select(Failure).where(Failure.again_at.is_(None)).order_by(Failure.failed_at.desc())
    return list(session.scalars(query.limit(min(limit, 200)).offset(offset)))


def count_failures(session: Session) -> int:
    """How many jobs gave up and wait for a person."""
    return session.scalar(select(func.count()).where(Failure.again_at.is_(None))) or 0


def again(session: Session, failure_id: UUID, *, at: datetime) -> None:
    """Enlist a failed job once more, as a new generation of its key. Raises NotFound, Conflict (already sent again)."""
    failure = session.get(Failure, failure_id, with_for_update=True)
    if failure is None:
        raise NotFound
    if failure.again_at is not None:
        raise Conflict(N_("This job was already started again."))
    failure.again_at = at
    enqueue(session, failure.handler, failure.ids, key=f"{failure.key.partition('~')[0]}~{failure.id.hex}")
