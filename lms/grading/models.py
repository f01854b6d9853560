"""Tables of grading. nbgrader's gradebook is the engine's scratch; these are the record."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.database import Base, Id
from lms.files import FileHash
from lms.grading.results import CellResult, CellResults
from lms.grading.states import AttemptState


class Attempt(Base):
    """One notebook handed in. The bytes are in the file store under `sha256`; identical bytes make no new attempt.

    `generation` counts gradings that were asked for, only the newest may write; `asked_at` is None once it has written.
    What stands here and in `cells` is the latest result, that of the course as in `snapshot_id`: `auto_score` of
    `auto_max` are the automatic points, `manual_max` what a person can give, `feedback_sha256` the graded notebook without
    its hidden tests. The participant sees nothing of it but what is in `release`. `superseded_at`: a later attempt took
    its place in the tutor's queue.
    """

    __tablename__ = "grading_attempt"
    __table_args__ = (
        UniqueConstraint("run_id", "step_id", "person_id", "number"),
        UniqueConstraint("run_id", "step_id", "person_id", "sha256"),
        Index("ix_grading_attempt_queue", "state", "submitted_at"),
        CheckConstraint(f"state in ({', '.join(repr(str(state)) for state in AttemptState)})", name="state"),
    )

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("courses_run.id"))
    step_id: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(FileHash)
    size: Mapped[int]
    source: Mapped[str] = mapped_column(String(16))
    submitted_at: Mapped[datetime]
    is_late: Mapped[bool]
    snapshot_id: Mapped[str] = mapped_column(ForeignKey("courses_snapshot.id"))
    generation: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    graded_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str | None] = mapped_column(Text)
    notebook: Mapped[str | None] = mapped_column(String(255))
    auto_score: Mapped[Decimal | None]
    auto_max: Mapped[Decimal | None]
    manual_max: Mapped[Decimal | None]
    repairs: Mapped[list[Any]] = mapped_column(JSON, default=list)
    isolation: Mapped[str | None] = mapped_column(String(32))
    feedback_sha256: Mapped[str | None] = mapped_column(FileHash)
    superseded_at: Mapped[datetime | None]

    cells: Mapped[list["CellGrade"]] = relationship(
        back_populates="attempt", lazy="raise", order_by="CellGrade.position", cascade="all, delete-orphan"
    )
    release: Mapped["Release | None"] = relationship(back_populates="attempt", lazy="raise")


class CellGrade(Base):
    """The score of one grade cell. Either `auto_score`, or a person's `manual_score` with a comment.

    `title` is the heading above the cell by language, "" for text that is for everybody.
    """

    __tablename__ = "grading_cell"
    __table_args__ = (UniqueConstraint("attempt_id", "name"),)

    id: Mapped[Id]
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("grading_attempt.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    title: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    kind: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(32))
    message: Mapped[str | None] = mapped_column(Text)
    max_score: Mapped[Decimal]
    auto_score: Mapped[Decimal | None]
    needs_person: Mapped[bool] = mapped_column(index=True)
    manual_score: Mapped[Decimal | None]
    comment: Mapped[str | None] = mapped_column(Text)
    judged_by: Mapped[UUID | None]
    judged_at: Mapped[datetime | None]
    claimed_by: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]

    attempt: Mapped[Attempt] = relationship(back_populates="cells", lazy="raise")


class Release(Base):
    """What the participant sees of an attempt: a copy made when it was released, so that nothing shows through later.

    `edition` counts from 1: a result that changed is released again. `released_by` is None when no person had to judge.
    """

    __tablename__ = "grading_release"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("grading_attempt.id", ondelete="CASCADE"), primary_key=True)
    edition: Mapped[int]
    snapshot_id: Mapped[str] = mapped_column(ForeignKey("courses_snapshot.id"))
    notebook: Mapped[str | None] = mapped_column(String(255))
    score: Mapped[Decimal]
    max_score: Mapped[Decimal]
    cells: Mapped[tuple[CellResult, ...]] = mapped_column(CellResults())
    feedback_sha256: Mapped[str | None] = mapped_column(FileHash)
    released_at: Mapped[datetime]
    released_by: Mapped[UUID | None]

    attempt: Mapped[Attempt] = relationship(back_populates="release", lazy="raise")


class Judgement(Base):
    """Who gave which points to the answer `cell` when: each change is kept, also when the assignment loses the cell."""

    __tablename__ = "grading_judgement"

    id: Mapped[Id]
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("grading_attempt.id", ondelete="CASCADE"), index=True)
    cell: Mapped[str] = mapped_column(String(255))
    score: Mapped[Decimal]
    by_id: Mapped[UUID]
    at: Mapped[datetime]
