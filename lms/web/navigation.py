"""The bar of the page: few items, each shown to those who may open it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.registries import ByName
from lms.web.access import SIGNED_IN, Visitor

Badge = Callable[[Session, Visitor], int]


@dataclass(frozen=True, slots=True)
class NavItem:
    """`label` is a message id; `order` sorts (home 0, admin 90); `badge` counts what waits, in one query."""

    name: str
    label: str
    endpoint: str
    icon: str
    order: int
    needs: str = SIGNED_IN
    badge: Badge | None = None


class Navigation(ByName[NavItem]):
    """Every item that some room or plugin brings."""


@dataclass(frozen=True, slots=True)
class NavLink:
    """An item as the frame shows it."""

    label: str
    url: str
    icon: str
    active: bool
    badge: int


def links(session: Session, items: Navigation, visitor: Visitor) -> list[NavLink]:
    """The visitor's bar."""
    return [
        NavLink(
            label=gettext(item.label),
            url=url_for(item.endpoint),
            icon=item.icon,
            active=_is_here(item.endpoint),
            badge=item.badge(session, visitor) if item.badge else 0,
        )
        for item in sorted(items, key=lambda item: item.order)
        if item.needs == SIGNED_IN or visitor.may(item.needs)
    ]


def _is_here(endpoint: str) -> bool:
    """Whether this page is of the item's room or lies below the item's page: several rooms share `/admin`."""
    room, url = (request.endpoint or "").partition(".")[0], url_for(endpoint)
    return endpoint.partition(".")[0] == room or (url != "/" and request.path.startswith(f"{url}/"))
