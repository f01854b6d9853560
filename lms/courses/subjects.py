"""How `course:<slug>` and `activity:<slug>/<step>` are shown to whoever reads facts."""

from sqlalchemy.orm import Session

from lms import registries
from lms.courses.content import CourseContent
from lms.courses.kinds import ActivityKinds
from lms.courses.models import CourseRun
from lms.courses.resolving import at_run
from lms.courses.runs import content_of, find_run_by_slug
from lms.ledger import Fact
from lms.ledger.subjects import SubjectView

ACADEMIC_HOUR_MINUTES = 45


def course_subject(slug: str) -> str:
    """The subject of facts about a course."""
    return f"course:{slug}"


def activity_subject(slug: str, step_id: str) -> str:
    """The subject of facts about a step."""
    return f"activity:{slug}/{step_id}"


def step_of(subject: str) -> str | None:
    """The step's id in an activity's subject; None for another subject."""
    kind, _, name = subject.partition(":")
    return name.rpartition("/")[2] if kind == "activity" and "/" in name else None


def view_course(session: Session, fact: Fact) -> SubjectView | None:
    """A course as the run of the fact gives it now."""
    found = _find(session, fact)
    if found is None:
        return None
    run, content = found
    return SubjectView(content.title, _course_url(run, fact), content.hours, content.skills)


def view_activity(session: Session, fact: Fact) -> SubjectView | None:
    """A step; its skills are its course's, since it is a part of what develops them."""
    found = _find(session, fact)
    step = found[1].find_step(step_of(fact.subject) or "") if found is not None else None
    if found is None or step is None:
        return None
    run, content = found
    kind = registries.of(session).get(ActivityKinds).find(step.kind)
    url = at_run(kind.url(run.id, step), _code(run, fact)) if kind is not None else _course_url(run, fact)
    return SubjectView(step.title, url, round(step.minutes / ACADEMIC_HOUR_MINUTES), content.skills)


def _course_url(run: CourseRun, fact: Fact) -> str:
    return at_run(f"/courses/{run.slug}", _code(run, fact))


def _code(run: CourseRun, fact: Fact) -> str:
    """Of the very run that the fact is about: the plain address means another one in another year."""
    return run.code if fact.course_run_id is not None else ""


def _find(session: Session, fact: Fact) -> tuple[CourseRun, CourseContent] | None:
    run = session.get(CourseRun, fact.course_run_id) if fact.course_run_id is not None else None
    if run is None:
        slug = fact.subject.partition(":")[2].partition("/")[0]
        run = find_run_by_slug(session, slug)
    return None if run is None else (run, content_of(session, run))
