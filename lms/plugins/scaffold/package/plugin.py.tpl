"""What the plugin contributes: each function here is a hook, and everything that it returns is named after the plugin."""

from collections.abc import Mapping, Sequence

from flask import Blueprint
from sqlalchemy.orm import Session

from lms.errors import N_
from lms.ledger import Subscriber
from lms.people.actor import Permission
from lms.people.personal import PersonalData
from lms.plugins import hookimpl
from lms.web.access import Visitor
from lms.web.cards import Card
from lms.web.navigation import NavItem
from $package import permissions
from $package.models import Completion, Note
from $package.service import COMPLETED, count_completed, erase, export, hear_completion, list_notes
from $package.views import pages

SHOWN_ON_CARD = 3


@hookimpl
def lms_blueprints() -> Sequence[Blueprint]:
    return [pages]


@hookimpl
def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


@hookimpl
def lms_navigation() -> Sequence[NavItem]:
    return [
        NavItem(
            name="$name",
            label=N_("My notes"),
            endpoint="$name.show",
            icon="notebook-pen",
            order=40,
            needs=permissions.WRITE.name,
        )
    ]


@hookimpl
def lms_cards() -> Sequence[Card]:
    return [
        Card(
            name="$name.latest",
            template="$name/card.html",
            order=70,
            context=_latest,
            needs=permissions.WRITE.name,
        )
    ]


def _latest(session: Session, visitor: Visitor) -> Mapping[str, object] | None:
    notes = list_notes(session, visitor.person_id, limit=SHOWN_ON_CARD)
    return {"notes": notes, "completed": count_completed(session, visitor.person_id)} if notes else None


@hookimpl
def lms_subscribers() -> Sequence[Subscriber]:
    return [Subscriber("$name.completions", frozenset({COMPLETED}), hear_completion)]


@hookimpl
def lms_personal_data() -> Sequence[PersonalData]:
    return [
        PersonalData(
            name="$name",
            tables=frozenset({Note.__tablename__, Completion.__tablename__}),
            retention="Until the participant deletes a note, or is erased.",
            export=export,
            erase=erase,
        )
    ]
