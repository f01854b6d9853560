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
    """`label` is a message id; `order` sorts (home 0, admin 90); `badge` counts what waits, in one query.

    `pages`: endpoints of other rooms that belong to this item wherever they lie.
    """

    name: str
    label: str
    endpoint: str
    icon: str
    order: int
    needs: str = SIGNED_IN
    badge: Badge | None = None
    pages: tuple[str, ...] = ()


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
    shown = [item for item in sorted(items, key=lambda item: item.order) if _is_for(item, visitor)]
    nearest = max(shown, key=_nearness, default=None)
    here = nearest if nearest is not None and _nearness(nearest) > _ELSEWHERE else None
    return [
        NavLink(
            label=gettext(item.label),
            url=url_for(item.endpoint),
            icon=item.icon,
            active=item is here,
            badge=item.badge(session, visitor) if item.badge else 0,
        )
        for item in shown
    ]


def _is_for(item: NavItem, visitor: Visitor) -> bool:
    return item.needs == SIGNED_IN or visitor.may(item.needs)


_ELSEWHERE = (0, 0)


def _nearness(item: NavItem) -> tuple[int, int]:
    """How much this page is the item's: its own, one of its room, one below its address (`/admin` has several rooms)."""
    here, url = request.endpoint or "", url_for(item.endpoint)
    if here == item.endpoint or here in item.pages:
        return 3, 0
    if here.partition(".")[0] == item.endpoint.partition(".")[0]:
        return 2, 0
    return (1, len(url)) if url != "/" and request.path.startswith(f"{url}/") else _ELSEWHERE
