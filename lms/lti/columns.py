"""The column of a link that came without one: found in the platform's gradebook or made there, once.

A platform makes two columns for two requests, so the job that asks holds the link meanwhile; who comes later is tried
again, and finds it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from lms import registries
from lms.courses.models import CourseRun
from lms.courses.runs import content_of
from lms.lti.ags import Column
from lms.lti.errors import SendingUnderWay
from lms.lti.models import ResourceLink
from lms.settings import Settings

LEASE = timedelta(seconds=90)
"""Longer than reading a few pages of columns and making one takes."""
TAG = "lms"


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A column to be found or made in the list at `items_url`."""

    link_id: UUID
    items_url: str
    column: Column


def hold(session: Session, link: ResourceLink, run: CourseRun, *, holder: str, at: datetime) -> MissingColumn:
    """Become the one job that asks the platform for this link's column. Raises SendingUnderWay when another is."""
    held = session.execute(
        update(ResourceLink)
        .where(
            ResourceLink.id == link.id,
            ResourceLink.column_url == "",
            or_(
                ResourceLink.column_held_at.is_(None),
                ResourceLink.column_held_at < at - LEASE,
                ResourceLink.column_held_by == holder,
            ),
        )
        .values(column_held_by=holder, column_held_at=at)
        .returning(ResourceLink.id)
    ).all()
    if not held:
        raise SendingUnderWay
    return MissingColumn(link.id, link.items_url, _column(session, link, run))


def found(session: Session, missing: MissingColumn, url: str) -> None:
    """Remember the column for everybody who comes by this link."""
    session.execute(
        update(ResourceLink)
        .where(ResourceLink.id == missing.link_id)
        .values(column_url=url, column_held_by="", column_held_at=None)
    )


def _column(session: Session, link: ResourceLink, run: CourseRun) -> Column:
    """Named as the link is: a teacher must know it again. By what it stands for in the platform's course, never by us
    alone, so that a copied course gets columns of its own.
    """
    content = content_of(session, run)
    title = content.get_step(link.step_id).title if link.step_id else content.title
    locale = registries.of(session).get_existing(Settings).locale
    label = link.link_title or title.get(locale) or next(iter(title.values()))
    return Column(label, f"{run.slug}/{link.step_id}" if link.step_id else run.slug, TAG, link.link_id)
