"""What the job engine does not keep for us: who is alive, what was lost with a worker, what failed for good."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id


class Worker(Base):
    """A worker process and its latest sign of life."""

    __tablename__ = "jobs_worker"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime] = mapped_column(index=True)


class Loss(Base):
    """A worker that ended while it ran a job, without handing it back."""

    __tablename__ = "jobs_loss"

    job_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    worker: Mapped[str] = mapped_column(String(64), primary_key=True)
    lost_at: Mapped[datetime]


class Duty(Base):
    """Work that one worker at a time does for all; whoever holds it when `until_at` passes has lost it."""

    __tablename__ = "jobs_duty"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until_at: Mapped[datetime]


class Failure(Base):
    """A job that gave up; kept until a person sends it again or it is retired with age."""

    __tablename__ = "jobs_failure"

    id: Mapped[Id]
    job_id: Mapped[str] = mapped_column(String(255), unique=True)
    handler: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(200))
    ids: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(index=True)
    again_at: Mapped[datetime | None]
