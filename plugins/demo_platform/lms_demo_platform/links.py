"""The links of the course: those that were there from the start, and those that a teacher picked in the tool."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms_demo_platform.school import LINKS, Link, Way
from lms_demo_platform.tables import PickedLink

LISTED = 100


def list_links(session: Session) -> list[Link]:
    """In the order in which they came."""
    rows = session.scalars(select(PickedLink).order_by(PickedLink.added_at, PickedLink.id).limit(LISTED))
    return [*LINKS, *map(_link, rows)]


def find_link(session: Session, link_id: str) -> Link | None:
    """A link by its id."""
    fixed = next((link for link in LINKS if link.id == link_id), None)
    if fixed is not None:
        return fixed
    row = session.get(PickedLink, link_id)
    return None if row is None else _link(row)


def _link(row: PickedLink) -> Link:
    return Link(row.id, row.title, row.about, dict(row.custom), Way.LTI_1_3)
