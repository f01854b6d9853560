"""The start page: the one thing to do next, and what else is on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger
from lms.completion.service import Standing, standings
from lms.courses import service as courses
from lms.courses.content import CourseContent
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.courses.room import ACTIVITY_SCORED
from lms.learning.progress import PlacedStep, place_steps, step_url

OPEN_COURSES = 5
DEADLINES = 6
NEWS = 5
NEWS_DAYS = 14


@dataclass(frozen=True, slots=True)
class MyCourse:
    """A run on the start page. `done` counts the steps with a fact that says so."""

    run: CourseRun
    content: CourseContent
    standing: Standing

    @property
    def done(self) -> int:
        return sum(step.id in self.standing.steps for step in self.content.steps)


@dataclass(frozen=True, slots=True)
class Task:
    """A step to do, with its course."""

    content: CourseContent
    placed: PlacedStep


@dataclass(frozen=True, slots=True)
class News:
    """A score that was released lately."""

    content: CourseContent
    step: Step
    score: Decimal
    maximum: Decimal
    at: datetime
    url: str | None


@dataclass(frozen=True, slots=True)
class Home:
    """The start page."""

    next: Task | None
    due: tuple[Task, ...]
    news: tuple[News, ...]
    courses: tuple[MyCourse, ...]


def home(session: Session, person_id: UUID, *, at: datetime) -> Home:
    """What to do next. States are asked for in the `OPEN_COURSES` courses where something happened last."""
    runs = courses.list_enrolled_runs(session, person_id)
    contents = courses.contents_of(session, runs)
    standing_by_run = standings(session, person_id, runs, now=at)
    mine = tuple(MyCourse(run, contents[run.id], standing_by_run[run.id]) for run in runs)
    unfinished = sorted((each for each in mine if each.standing.completed_at is None), key=_last_active, reverse=True)
    ways = [place_steps(session, each.run, each.content, person_id, at=at) for each in unfinished[:OPEN_COURSES]]
    following = next((Task(way.content, way.next) for way in ways if way.next is not None), None)
    due = sorted(
        (
            Task(way.content, placed)
            for way in ways
            for placed in way.steps
            if placed.due_at is not None and placed.is_to_do and (following is None or placed is not following.placed)
        ),
        key=lambda task: task.placed.due_at or at,
    )
    return Home(following, tuple(due[:DEADLINES]), tuple(_news(session, person_id, contents, at)), mine)


def _last_active(course: MyCourse) -> datetime:
    """A course nobody has begun counts from its start."""
    return max((fact.at for fact in course.standing.steps.values()), default=course.run.starts_at)


def _news(session: Session, person_id: UUID, contents: Mapping[UUID, CourseContent], at: datetime) -> list[News]:
    """The newest score of each step of the last days, newest first."""
    found: dict[tuple[UUID, str], News] = {}
    for fact in ledger.list_facts(session, person_id, kinds=[ACTIVITY_SCORED]):
        content = contents.get(fact.course_run_id) if fact.course_run_id is not None else None
        step = content.find_step(fact.value["step"]) if content is not None else None
        if content is None or step is None or fact.course_run_id is None or fact.at < at - timedelta(days=NEWS_DAYS):
            continue
        url = step_url(session, fact.course_run_id, step)
        score, maximum = Decimal(fact.value["score"]), Decimal(fact.value["max"])
        found[fact.course_run_id, step.id] = News(content, step, score, maximum, fact.at, url)
    return sorted(found.values(), key=lambda news: news.at, reverse=True)[:NEWS]
