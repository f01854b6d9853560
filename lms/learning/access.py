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
    """A run of a course and how the person stands to it.

    `joined_at`: since when they take part; None: they do not. `may_join`: it is an elective that they may choose now.
    """

    run: CourseRun
    content: CourseContent
    joined_at: datetime | None
    is_staff: bool
    is_over: bool
    may_join: bool

    @property
    def is_enrolled(self) -> bool:
        """Whether they take part."""
        return self.joined_at is not None

    @property
    def may_enter(self) -> bool:
        """Whether steps may be opened, not only their titles be read."""
        return self.is_enrolled or self.is_staff


def get_place(session: Session, slug: str, *, by: Actor, at: datetime, code: str = "") -> Place:
    """The course page's question: the run that is theirs, or that of `code`.

    An elective may be looked at by whoever may choose it. Raises NotFound for no such run, and for one that is not the
    person's and can't become so.
    """
    run = courses.find_run_for(session, slug, by=by, at=at, code=code)
    if run is None:
        raise NotFound
    joined_at = courses.list_joined_at(session, by.person_id, [run.id]).get(run.id)
    is_enrolled = joined_at is not None
    as_staff = not is_enrolled and is_staff(session, run, by)
    is_choosable = run.kind == "elective" and by.may(CHOOSE.name)
    if not (is_enrolled or as_staff or is_choosable):
        raise NotFound
    is_over = courses.is_over(run, at)
    return Place(
        run=run,
        content=courses.content_of(session, run),
        joined_at=joined_at,
        is_staff=as_staff,
        is_over=is_over,
        may_join=is_choosable and not (is_enrolled or as_staff or is_over),
    )


def list_siblings(session: Session, place: Place, *, by: Actor) -> list[CourseRun]:
    """All runs of the course that the person may open, the newest first; empty when this is the only one."""
    runs = courses.list_runs_of(session, place.run.slug)
    if len(runs) > 1:
        mine = {run.id for run in courses.list_enrolled_runs(session, by.person_id)}
        runs = [run for run in runs if run.id in mine or is_staff(session, run, by)]
    return runs if len(runs) > 1 else []


def staff_runs(session: Session, *, by: Actor) -> list[CourseRun]:
    """Every run that somebody may look at as staff: by slug, the newest first; at most 1000.

    Raises Forbidden for whoever is staff nowhere.
    """
    by.must(VIEW_ANY.name)
    scopes = by.scopes(VIEW_ANY.name)
    return courses.list_all_runs(session, None if scopes is None or has_group(session, scopes) else scopes)


def enter_place(session: Session, slug: str, *, by: Actor, at: datetime, code: str = "") -> Place:
    """A step's question. Raises NotFound like `get_place`, Forbidden for an elective that was not chosen."""
    place = get_place(session, slug, by=by, at=at, code=code)
    if not place.may_enter:
        raise Forbidden(N_("This course is not among yours. Choose it first."))
    return place
