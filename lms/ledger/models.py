"""Facts. Written once, never changed, free of names and of free text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id


class Fact(Base):
    """What happened to a person.

    `key` makes it unique: appending it again returns the first. `subject` names what it is about (`activity:population`).
    `at` is when it happened, `recorded_at` when we learnt of it. `voids_id` names the one fact that this one takes back.
    Decimals in `value` are strings.
    """

    __tablename__ = "ledger_fact"
    __table_args__ = (Index("ix_ledger_fact_person_run", "person_id", "course_run_id", "kind"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"))
    subject: Mapped[str] = mapped_column(String(200))
    course_run_id: Mapped[UUID | None] = mapped_column(index=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[UUID | None]
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_fact.id"), unique=True)
