"""Tables of courses. A snapshot is content by hash; a run points at one and pins its contract."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id
from lms.files import FileHashes


class Snapshot(Base):
    """The content of a course at one moment, named by the SHA-256 of itself.

    `content` is the parsed course (see content.py); `files` maps a path in the course folder to the SHA-256 under which
    the file store keeps its bytes.
    """

    __tablename__ = "courses_snapshot"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    files: Mapped[dict[str, Any]] = mapped_column(FileHashes)
    created_at: Mapped[datetime]


class CourseRun(Base):
    """A course as given in one period. `contract` (completion rule, weights, due days, required steps) is pinned."""

    __tablename__ = "courses_run"
    __table_args__ = (
        UniqueConstraint("slug", "code"),
        CheckConstraint("seats IS NULL OR seats_taken <= seats", name="seats"),
        CheckConstraint("kind in ('mandatory', 'elective')", name="kind"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    snapshot_id: Mapped[str] = mapped_column(ForeignKey("courses_snapshot.id"))
    contract: Mapped[dict[str, Any]] = mapped_column(JSON)
    contract_version: Mapped[int] = mapped_column(default=1)
    cohorts: Mapped[list[str]] = mapped_column(JSON)
    seats: Mapped[int | None]
    seats_taken: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class Enrolment(Base):
    """A person in a run; leaving keeps the row and what was done."""

    __tablename__ = "courses_enrolment"
    __table_args__ = (UniqueConstraint("run_id", "person_id"),)

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("courses_run.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    source: Mapped[str] = mapped_column(String(16))
    enrolled_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
