"""Tables of notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id


class Notice(Base):
    """Something that a person should know. `params` are ids and codes; the words come from the kind when it is read."""

    __tablename__ = "notices_notice"
    __table_args__ = (Index("ix_notices_notice_person", "person_id", "read_at", "created_at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(255), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"))
    kind: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
