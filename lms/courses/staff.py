"""Who may look at a course without taking part in it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.models import CourseRun
from lms.courses.permissions import VIEW_ANY
from lms.people.actor import Actor
from lms.people.models import TutorGroup


def is_staff(session: Session, run: CourseRun, by: Actor) -> bool:
    """Staff of the programme, of this run, or of some group, whose participants may be in any course.

    Somebody who is staff of another run alone (their platform says so) sees nothing here.
    """
    scopes = by.scopes(VIEW_ANY.name)
    if scopes is None or run.id in scopes:
        return True
    return bool(scopes) and has_group(session, scopes)


def has_group(session: Session, scopes: frozenset[UUID]) -> bool:
    """Whether one of these scopes is a tutor group."""
    return session.scalar(select(TutorGroup.id).where(TutorGroup.id.in_(scopes)).limit(1)) is not None
