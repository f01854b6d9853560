"""Tables of the skillfolio. An entry keeps copies of titles, so that it stays readable when the course is gone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id


class Entry(Base):
    """One completion. `fact_id` is the fact that it credits, once; a fact taken back withdraws the entry.

    `title` is by language; `skills` are `{id, title}`; `evidence` are `{title, score, max}` with points as text.
    """

    __tablename__ = "skillfolio_entry"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    fact_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_fact.id"), unique=True)
    subject: Mapped[str] = mapped_column(String(200))
    title: Mapped[dict[str, Any]] = mapped_column(JSON)
    url: Mapped[str | None] = mapped_column(String(500))
    hours: Mapped[int]
    skills: Mapped[list[Any]] = mapped_column(JSON)
    evidence: Mapped[list[Any]] = mapped_column(JSON)
    earned_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
