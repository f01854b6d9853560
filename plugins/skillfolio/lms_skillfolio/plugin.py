"""What the skillfolio contributes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint
from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.errors import N_
from lms.ledger import Subscriber
from lms.people.actor import Actor, Permission, Role
from lms.people.person_links import PersonLink
from lms.people.personal import PersonalData
from lms.plugins import hookimpl
from lms.web.access import Visitor
from lms.web.cards import Card
from lms.web.navigation import NavItem
from lms_skillfolio.models import Entry
from lms_skillfolio.service import COMPLETED, SEE, credit, export, list_entries, seen_among
from lms_skillfolio.views import skillfolio

OPEN = "skillfolio.open"
SEEN_BY = frozenset({Role.TUTOR, Role.MENTOR, Role.ADMIN})


@hookimpl
def lms_blueprints() -> Sequence[Blueprint]:
    return [skillfolio]


@hookimpl
def lms_navigation() -> Sequence[NavItem]:
    return [NavItem("skillfolio", N_("Skillfolio"), "skillfolio.mine", "award", 30, needs=OPEN)]


@hookimpl
def lms_person_links() -> Sequence[PersonLink]:
    return [PersonLink("skillfolio.of_person", N_("Skillfolio"), "skillfolio.of_person", "award", 30, seen_among)]


@hookimpl
def lms_permissions() -> Sequence[Permission]:
    return [
        Permission(OPEN, N_("Open the skillfolio page"), SEEN_BY | {Role.PARTICIPANT}),
        Permission(SEE, N_("See the skillfolio of one's participants"), SEEN_BY),
    ]


@hookimpl
def lms_subscribers() -> Sequence[Subscriber]:
    return [Subscriber("skillfolio.credit", frozenset({COMPLETED}), credit)]


@hookimpl
def lms_cards() -> Sequence[Card]:
    return [Card("skillfolio.latest", "skillfolio/card.html", 60, _latest)]


def _latest(session: Session, visitor: Visitor) -> Mapping[str, object] | None:
    entries = list_entries(session, visitor.person_id) if isinstance(visitor, Actor) else []
    return {"entries": entries[:3]} if entries else None


@hookimpl
def lms_personal_data() -> Sequence[PersonalData]:
    return [
        PersonalData(
            name="skillfolio",
            tables=frozenset({Entry.__tablename__}),
            retention="Kept until the participant asks for it to be erased: it is their own record.",
            export=export,
            erase=_erase,
        )
    ]


def _erase(session: Session, person_id: UUID) -> None:
    session.execute(delete(Entry).where(Entry.person_id == person_id))
