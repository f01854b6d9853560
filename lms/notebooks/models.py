"""Tables of notebooks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id


class Grant(Base):
    """One passage of a signed-in browser to the hub: the code it carried, then the token the hub got for it.

    Only hashes are kept. `challenge` is the hub's PKCE challenge (RFC 7636), `session_id` the sign-in it came from.
    """

    __tablename__ = "notebooks_grant"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"), index=True)
    session_id: Mapped[UUID | None] = mapped_column(index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    challenge: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    revoked_at: Mapped[datetime | None]
