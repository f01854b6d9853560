"""What the job engine does not keep for us: who is alive, what was lost with a worker, what failed for good."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id


class Worker(Base):
    """A worker process and its latest sign of life.

    One that was asked to stop is leaving: it takes no job any more, and what it runs is not lost with it.
    """

    __tablename__ = "jobs_worker"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime] = mapped_column(index=True)
    leaving_at: Mapped[datetime | None]


class Loss(Base):
    """A worker that went down with a running job; `claimed_ms` (since the epoch) tells its claims of the job apart."""

    __tablename__ = "jobs_loss"

    job_id: Mapped[str] = mapped_column(Text, primary_key=True)
    worker: Mapped[str] = mapped_column(String(64), primary_key=True)
    claimed_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lost_at: Mapped[datetime] = mapped_column(index=True)


class Failure(Base):
    """A job that gave up; kept until a person sends it again or it is retired with age."""

    __tablename__ = "jobs_failure"

    id: Mapped[Id]
    job_id: Mapped[str] = mapped_column(Text, unique=True)
    handler: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    ids: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(index=True)
    again_at: Mapped[datetime | None]
