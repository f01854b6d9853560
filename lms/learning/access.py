"""Who may see which part of a course."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.courses import service as courses
from lms.courses.content import CourseContent
from lms.courses.models import CourseRun
from lms.courses.permissions import CHOOSE, VIEW_ANY
from lms.courses.staff import has_group, is_staff
from lms.errors import N_, Forbidden, NotFound
from lms.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """A course's current run and how the person stands to it."""

    run: CourseRun
    content: CourseContent
    is_enrolled: bool
    is_staff: bool

    @property
    def may_enter(self) -> bool:
        """Whether steps may be opened, not only their titles be read."""
        return self.is_enrolled or self.is_staff


def get_place(session: Session, slug: str, *, by: Actor) -> Place:
    """The course page's question. An elective may be looked at by whoever may choose it.

    Raises NotFound for no such course, and for one that is not the person's and can't become so.
    """
    run = courses.find_run_by_slug(session, slug)
    if run is None:
        raise NotFound
    is_enrolled = courses.is_enrolled(session, run.id, by.person_id)
    as_staff = not is_enrolled and is_staff(session, run, by)
    if not (is_enrolled or as_staff or (run.kind == "elective" and by.may(CHOOSE.name))):
        raise NotFound
    return Place(run, courses.content_of(session, run), is_enrolled, as_staff)


def staff_runs(session: Session, *, by: Actor, at: datetime) -> list[CourseRun]:
    """The current runs that somebody may look at as staff, by slug. Raises Forbidden for whoever is staff nowhere."""
    by.must(VIEW_ANY.name)
    runs = courses.list_runs(session, at=at)
    scopes = by.scopes(VIEW_ANY.name)
    return runs if scopes is None or has_group(session, scopes) else [run for run in runs if run.id in scopes]


def enter_place(session: Session, slug: str, *, by: Actor) -> Place:
    """A step's question. Raises NotFound like `get_place`, Forbidden for an elective that was not chosen."""
    place = get_place(session, slug, by=by)
    if not place.may_enter:
        raise Forbidden(N_("This course is not among yours. Choose it first."))
    return place
