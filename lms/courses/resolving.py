"""Which run the address of a course means to a person: `/courses/<slug>` is the same for years, its runs are not."""

from datetime import datetime
from urllib.parse import quote

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session

from lms.courses.models import CourseRun, Enrolment
from lms.courses.periods import preference
from lms.courses.permissions import VIEW_ANY
from lms.people.actor import Actor

PARAMETER = "run"


def find_run_for(session: Session, slug: str, *, by: Actor, at: datetime, code: str = "") -> CourseRun | None:
    """The run that is theirs: one in which they take part before one of which they are staff before the current one;
    of several the one that is on, then the newest. With `code` the run of that code. One query.

    Whether they may see it is the caller's question.
    """
    query = select(CourseRun).where(CourseRun.slug == slug)
    if code:
        return session.scalar(query.where(CourseRun.code == code))
    is_mine = exists().where(
        Enrolment.run_id == CourseRun.id, Enrolment.person_id == by.person_id, Enrolment.left_at.is_(None)
    )
    is_staffed = CourseRun.id.in_(by.scopes(VIEW_ANY.name) or ())
    whose = case((is_mine, 0), (is_staffed, 1), else_=2)
    return session.scalar(query.order_by(whose, *preference(at)).limit(1))


def at_run(url: str, code: str) -> str:
    """The address of a page of a course in this run; without a code as it is."""
    return f"{url}?{PARAMETER}={quote(code, safe='')}" if code else url
