"""The start page: the one thing to do next, and what else is on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger
from lms.completion.needs import Needs, needs_of
from lms.completion.service import Standing, standings
from lms.courses import service as courses
from lms.courses.content import CourseContent
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.courses.room import ACTIVITY_SCORED
from lms.learning.progress import CourseProgress, PlacedStep, place_steps, step_url
from lms.learning.service import plainly_meant

OPEN_COURSES = 5
DEADLINES = 6
NEWS = 5
NEWS_DAYS = 14


@dataclass(frozen=True, slots=True)
class MyCourse:
    """A run on the start page. `done` counts the steps with a fact that says so and that is enough for the rule.

    `code` is the run's where the plain address means another one to the person.
    """

    run: CourseRun
    content: CourseContent
    standing: Standing
    is_over: bool
    code: str

    @property
    def done(self) -> int:
        short = self.needs.short
        return sum(step.id in self.standing.steps and step.id not in short for step in self.content.steps)

    @property
    def needs(self) -> Needs:
        """What the course's rule leaves to do."""
        return needs_of(self.standing.verdict.reason)


@dataclass(frozen=True, slots=True)
class Task:
    """A step to do, with its course."""

    course: MyCourse
    placed: PlacedStep


@dataclass(frozen=True, slots=True)
class News:
    """A score that was released lately."""

    course: MyCourse
    step: Step
    score: Decimal
    maximum: Decimal
    at: datetime
    url: str | None


@dataclass(frozen=True, slots=True)
class Home:
    """The start page. `finished` are the courses that are over, the latest first.

    `waiting` is what is with the machine or a tutor. `stuck`: courses that are not completed, with nothing in them that
    the person can do and nothing that waits for somebody else.
    """

    next: Task | None
    waiting: tuple[Task, ...]
    stuck: tuple[MyCourse, ...]
    due: tuple[Task, ...]
    news: tuple[News, ...]
    courses: tuple[MyCourse, ...]
    finished: tuple[MyCourse, ...]


def home(session: Session, person_id: UUID, *, at: datetime) -> Home:
    """What to do next. States are asked for in the `OPEN_COURSES` courses where something happened last."""
    runs = courses.list_enrolled_runs(session, person_id)
    contents = courses.contents_of(session, runs)
    standing_by_run = standings(session, person_id, runs, now=at)
    plain = plainly_meant(runs, at)
    mine = [
        MyCourse(
            run=run,
            content=contents[run.id],
            standing=standing_by_run[run.id],
            is_over=courses.is_over(run, at),
            code="" if run.id in plain else run.code,
        )
        for run in runs
    ]
    going = [each for each in mine if not each.is_over]
    unfinished = sorted((each for each in going if each.standing.completed_at is None), key=_last_active, reverse=True)
    asked = _ask(session, person_id, unfinished[:OPEN_COURSES], at)
    tasks = [Task(each, placed) for each, progress in asked for placed in progress.to_do]
    waiting = tuple(Task(each, placed) for each, progress in asked for placed in progress.waiting)
    stuck = tuple(
        each
        for each, progress in asked
        if not progress.to_do and not progress.waiting and not each.needs.waits_for_person
    )
    following = next(iter(tasks), None)
    due = sorted(
        (task for task in tasks if task.placed.due_at is not None and task is not following),
        key=lambda task: task.placed.due_at or at,
    )
    finished = sorted((each for each in mine if each.is_over), key=lambda each: each.run.ends_at or at, reverse=True)
    return Home(
        next=following,
        waiting=waiting,
        stuck=stuck,
        due=tuple(due[:DEADLINES]),
        news=tuple(_news(session, person_id, {each.run.id: each for each in mine}, at)),
        courses=tuple(going),
        finished=tuple(finished),
    )


def _ask(
    session: Session, person_id: UUID, mine: Sequence[MyCourse], at: datetime
) -> list[tuple[MyCourse, CourseProgress]]:
    """Every step of these courses with the person's state."""
    joined = courses.list_joined_at(session, person_id, [each.run.id for each in mine])
    return [
        (
            each,
            place_steps(
                session,
                each.run,
                each.content,
                person_id,
                at=at,
                needs=each.needs,
                joined_at=joined.get(each.run.id),
            ),
        )
        for each in mine
    ]


def _last_active(course: MyCourse) -> datetime:
    """A course nobody has begun counts from its start."""
    return max((fact.at for fact in course.standing.steps.values()), default=course.run.starts_at)


def _news(session: Session, person_id: UUID, mine: Mapping[UUID, MyCourse], at: datetime) -> list[News]:
    """The newest score of each step of the last days, newest first."""
    found: dict[tuple[UUID, str], News] = {}
    for fact in ledger.list_facts(session, person_id, kinds=[ACTIVITY_SCORED]):
        course = mine.get(fact.course_run_id) if fact.course_run_id is not None else None
        step = course.content.find_step(fact.value["step"]) if course is not None else None
        if course is None or step is None or fact.at < at - timedelta(days=NEWS_DAYS):
            continue
        url = step_url(session, course.run.id, step)
        score, maximum = Decimal(fact.value["score"]), Decimal(fact.value["max"])
        found[course.run.id, step.id] = News(course, step, score, maximum, fact.at, url)
    return sorted(found.values(), key=lambda news: news.at, reverse=True)[:NEWS]
