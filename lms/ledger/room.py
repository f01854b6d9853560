"""What the ledger contributes: its own fact kind, and a job for each subscriber."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.jobs import Handler
from lms.ledger.kinds import FactKind, Subscriber
from lms.ledger.models import Fact
from lms.ledger.service import READ_LIMIT, VOIDED
from lms.people.personal import PersonalData

RETRY_SECONDS = (1, 5, 30, 120, 600, 3600, 4 * 3600, 24 * 3600)


def reaction(subscriber: Subscriber) -> Handler:
    """The job by which a subscriber hears of a fact."""
    return Handler(f"react.{subscriber.name}", subscriber.run, retry_seconds=RETRY_SECONDS)


def lms_fact_kinds() -> Sequence[FactKind]:
    return [FactKind(VOIDED, "A fact was taken back.", {"kind": "kind of the voided fact", "reason": "a code"})]


def lms_personal_data() -> Sequence[PersonalData]:
    return [
        PersonalData(
            name="ledger",
            tables=frozenset({Fact.__tablename__}),
            retention="Kept as statistics: facts hold ids, never a name, so erasing the person leaves them nameless.",
            export=_export,
            erase=_erase,
        )
    ]


def _export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(select(Fact).where(Fact.person_id == person_id).order_by(Fact.id).limit(READ_LIMIT))
    return [
        {"kind": row.kind, "subject": row.subject, "value": row.value, "at": row.at.isoformat(), "source": row.source}
        for row in rows
    ]


def _erase(_session: Session, _person_id: UUID) -> None:
    """Nothing in a fact names the person."""
