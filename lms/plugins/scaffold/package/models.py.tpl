"""Tables. Their names begin with the plugin's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id

LONGEST = 2000


class Note(Base):
    """Something that a participant wants to remember."""

    __tablename__ = "${name}_note"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    text: Mapped[str] = mapped_column(String(LONGEST))
    written_at: Mapped[datetime]


class Completion(Base):
    """A completed course that we have heard of. Keyed by its fact, so that hearing of it twice changes nothing."""

    __tablename__ = "${name}_completion"

    fact_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_fact.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
