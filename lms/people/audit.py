"""Who did what to whom, written in the transaction of the act."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms.database import new_id
from lms.people.models import AuditEntry


def record(
    session: Session,
    action: str,
    *,
    at: datetime,
    actor_id: UUID | None,
    subject_id: UUID | None = None,
    **details: str,
) -> None:
    """Add an entry. `details` are codes and ids: never a name, an e-mail or a text of somebody's."""
    session.add(
        AuditEntry(id=new_id(), at=at, actor_id=actor_id, action=action, subject_id=subject_id, details=details)
    )
