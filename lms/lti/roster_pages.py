"""What the pages of rosters show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.lti.models import Registration, Roster, RosterMember
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A platform's course. `here` and `gone` count its pupils; `reason` is a message id, or ""."""

    id: UUID
    title: str
    platform: str
    status: str
    reason: str
    reason_params: dict[str, Any]
    read_at: datetime | None
    tried_at: datetime | None
    here: int
    gone: int


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A pupil of a roster; `person_id` is None for somebody erased."""

    person_id: UUID | None
    name: str
    left_at: datetime | None


def count_rosters(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Roster)) or 0


def list_rosters(session: Session, *, limit: int, offset: int = 0) -> list[RosterLine]:
    """By title; two queries."""
    rows = session.execute(
        select(Roster, Registration.issuer)
        .join(Registration)
        .order_by(Roster.context_title, Roster.id)
        .limit(limit)
        .offset(offset)
    ).all()
    counts = {
        roster_id: (here, gone)
        for roster_id, here, gone in session.execute(
            select(
                RosterMember.roster_id,
                func.count().filter(RosterMember.left_at.is_(None)),
                func.count().filter(RosterMember.left_at.is_not(None)),
            )
            .where(RosterMember.roster_id.in_([roster.id for roster, _ in rows]))
            .group_by(RosterMember.roster_id)
        )
    }
    return [_line(roster, issuer, counts.get(roster.id, (0, 0))) for roster, issuer in rows]


def get_roster(session: Session, roster_id: UUID) -> RosterLine:
    """Raises NotFound."""
    row = session.execute(
        select(Roster, Registration.issuer).join(Registration).where(Roster.id == roster_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    gone = func.count().filter(RosterMember.left_at.is_not(None))
    here = func.count().filter(RosterMember.left_at.is_(None))
    counts = session.execute(select(here, gone).where(RosterMember.roster_id == roster_id)).one()
    return _line(row[0], row[1], (counts[0], counts[1]))


def list_members(session: Session, roster_id: UUID, *, limit: int, offset: int = 0) -> list[MemberLine]:
    """Those who are there first, by name; then who is gone."""
    rows = session.execute(
        select(RosterMember.person_id, Person.display_name, RosterMember.left_at)
        .outerjoin(Person, Person.id == RosterMember.person_id)
        .where(RosterMember.roster_id == roster_id)
        .order_by(RosterMember.left_at.is_not(None), Person.list_key, RosterMember.subject_hash)
        .limit(limit)
        .offset(offset)
    )
    return [MemberLine(person_id, name or "", left_at) for person_id, name, left_at in rows]


def _line(roster: Roster, issuer: str, counts: tuple[int, int]) -> RosterLine:
    return RosterLine(
        id=roster.id,
        title=roster.context_title or roster.context_id,
        platform=urlsplit(issuer).netloc or issuer,
        status=roster.status,
        reason=roster.reason,
        reason_params=roster.reason_params,
        read_at=roster.read_at,
        tried_at=roster.tried_at,
        here=counts[0],
        gone=counts[1],
    )
