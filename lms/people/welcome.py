"""The card of the start page for those who neither learn, teach a group nor administrate: what they can do here."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from lms import registries
from lms.people.actor import Actor, Permissions, Role
from lms.people.roles import TITLES
from lms.web.access import Visitor
from lms.web.navigation import Navigation, links

HAVE_A_START = frozenset({Role.PARTICIPANT, Role.TUTOR, Role.ADMIN})
"""Roles whose start page already says what to do next."""


def welcome(session: Session, visitor: Visitor) -> Mapping[str, object] | None:
    """Roles, what the table of permissions gives them, and the pages of the bar; None for whom home says enough."""
    if not isinstance(visitor, Actor) or not visitor.roles.isdisjoint(HAVE_A_START):
        return None
    known = registries.of(session)
    return {
        "roles": [TITLES[role] for role in Role if role in visitor.roles],
        "may": [one.text for one in known.get(Permissions) if visitor.may(one.name)],
        "pages": links(session, known.get(Navigation), visitor)[1:],
    }
