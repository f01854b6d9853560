"""What the templates of learning are handed: the visitor's language, texts instead of numbers."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from lms.completion.service import Standing
from lms.completion.shortfalls import percent
from lms.completion.verdicts import Status
from lms.courses.kinds import State
from lms.courses.periods import Phase
from lms.courses.resolving import at_run
from lms.courses.run_links import stay_in_run
from lms.learning.home import Home, MyCourse, News, Task
from lms.learning.progress import PlacedStep
from lms.learning.reasons import Check, checks
from lms.learning.service import CoursePage, Elective, Given
from lms.web.locale import distance, pick


@dataclass(frozen=True, slots=True)
class StepItem:
    """An item of `ui.steps`."""

    title: str
    url: str | None
    state: State
    kind_label: str
    icon: str
    minutes: int
    note: str | None
    points: str | None
    is_next: bool
    label: str | None = None


@dataclass(frozen=True, slots=True)
class TaskItem:
    """A step on the start page."""

    title: str
    course_title: str
    url: str | None
    state: State
    kind_label: str
    icon: str
    minutes: int
    due_at: datetime | None

    @property
    def is_late(self) -> bool:
        return self.state is State.LATE


@dataclass(frozen=True, slots=True)
class NewsItem:
    """A released score on the start page."""

    title: str
    course_title: str
    url: str | None
    score: str
    max_score: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CourseItem:
    """A course as a tile, or the head of its page."""

    title: str
    url: str
    summary: str
    hours: int
    is_mandatory: bool
    done: int
    total: int
    completed_at: datetime | None
    ended_at: datetime | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ElectiveItem:
    """A course of the catalogue."""

    title: str
    url: str
    summary: str
    hours: int
    skills: tuple[str, ...]
    seats: int | None
    taken: int
    is_mine: bool
    is_full: bool
    choose_url: str
    leave_url: str | None
    closes_at: datetime | None
    starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class VerdictItem:
    """How the person stands with the course."""

    status: Status
    reasons: list[Check]
    completed_at: datetime | None


def number(value: Decimal) -> str:
    """Points as the visitor's language writes them, without needless zeros."""
    return str(format_decimal(value))


def task_item(task: Task) -> TaskItem:
    placed = task.placed
    return TaskItem(
        title=pick(placed.step.title),
        course_title=pick(task.course.content.title),
        url=at_run(placed.url, task.course.code) if placed.url is not None else None,
        state=placed.state.state,
        kind_label=_(placed.label),
        icon=placed.icon,
        minutes=placed.step.minutes,
        due_at=placed.due_at,
    )


def news_item(news: News) -> NewsItem:
    return NewsItem(
        title=pick(news.step.title),
        course_title=pick(news.course.content.title),
        url=at_run(news.url, news.course.code) if news.url is not None else None,
        score=number(news.score),
        max_score=number(news.maximum),
        at=news.at,
    )


def course_item(course: MyCourse) -> CourseItem:
    return CourseItem(
        title=pick(course.content.title),
        url=course_url(course.run.slug, course.code),
        summary=pick(course.content.summary),
        hours=course.content.hours,
        is_mandatory=course.run.kind == "mandatory",
        done=course.done,
        total=len(course.content.steps),
        completed_at=course.standing.completed_at,
        ended_at=course.run.ends_at if course.is_over else None,
    )


def course_url(slug: str, code: str) -> str:
    """The course's page; with a code, in that run."""
    return at_run(url_for("learning.course", slug=slug), code)


def step_item(placed: PlacedStep, *, is_next: bool, is_open: bool) -> StepItem:
    """`is_open`: the visitor may enter the course."""
    state = placed.state
    note = None
    if placed.due_at is not None and state.state in (State.TODO, State.IN_PROGRESS, State.FAILED, State.LATE):
        note = _("due %(distance)s", distance=distance(placed.due_at))
    shortfall = placed.shortfall
    if shortfall is not None:
        note = " · ".join(text for text in (shortfall.advice, note) if text)
    points = None
    if state.score is not None and state.max_score is not None:
        points = f"{number(state.score)} / {number(state.max_score)}"
    return StepItem(
        title=pick(placed.step.title),
        url=stay_in_run(placed.url) if is_open and placed.url is not None else None,
        state=state.state,
        kind_label=_(placed.label),
        icon=placed.icon,
        minutes=placed.step.minutes,
        note=note,
        points=points,
        is_next=is_next,
        label=shortfall.label if shortfall is not None else None,
    )


def elective_item(elective: Elective) -> ElectiveItem:
    slug = elective.run.slug
    return ElectiveItem(
        title=pick(elective.content.title),
        url=course_url(slug, elective.code),
        summary=pick(elective.content.summary),
        hours=elective.content.hours,
        skills=tuple(pick(skill.title) for skill in elective.content.skills),
        seats=elective.run.seats,
        taken=elective.run.seats_taken,
        is_mine=elective.is_mine,
        is_full=elective.is_full,
        choose_url=url_for("learning.join", slug=slug),
        leave_url=url_for("learning.leave", slug=slug, run=elective.run.code) if elective.is_mine else None,
        closes_at=None,
        starts_at=elective.run.starts_at if elective.starts_later else None,
    )


@dataclass(frozen=True, slots=True)
class GivenItem:
    """A course in the list of the staff."""

    title: str
    url: str
    is_mandatory: bool
    hours: int
    steps: int
    participants: int
    seats: int | None
    code: str
    starts_at: datetime
    ends_at: datetime | None
    is_ahead: bool


def given_item(given: Given) -> GivenItem:
    return GivenItem(
        title=pick(given.content.title),
        url=course_url(given.run.slug, given.code),
        is_mandatory=given.run.kind == "mandatory",
        hours=given.content.hours,
        steps=len(given.content.steps),
        participants=given.participants,
        seats=given.run.seats,
        code=given.run.code,
        starts_at=given.run.starts_at,
        ends_at=given.run.ends_at,
        is_ahead=given.phase is Phase.AHEAD,
    )


def home_context(home: Home) -> dict[str, object]:
    """The start page's own part of its context."""
    return {
        "next": task_item(home.next) if home.next is not None else None,
        "waiting": [task_item(task) for task in home.waiting],
        "stuck": [course_item(course) for course in home.stuck],
        "is_all_completed": all(course.standing.completed_at is not None for course in home.courses),
        "due": [task_item(task) for task in home.due],
        "feedback": [news_item(news) for news in home.news],
        "courses": [course_item(course) for course in home.courses],
        "finished": [course_item(course) for course in home.finished],
    }


def course_context(page: CoursePage, *, may_confirm: bool, may_follow: bool) -> dict[str, object]:
    """The course page's context, documented in its template."""
    place, progress, standing = page.place, page.progress, page.standing
    following = progress.next if place.is_enrolled and not place.is_over else None
    return {
        "course": CourseItem(
            title=pick(place.content.title),
            url=url_for("learning.course", slug=place.run.slug),
            summary=pick(place.content.summary),
            hours=place.content.hours,
            is_mandatory=place.run.kind == "mandatory",
            done=progress.done,
            total=len(progress.steps),
            completed_at=standing.completed_at if standing else None,
            ended_at=place.run.ends_at if place.is_over else None,
            skills=tuple(pick(skill.title) for skill in place.content.skills),
        ),
        "steps": [step_item(placed, is_next=placed is following, is_open=place.may_enter) for placed in progress.steps],
        "done": progress.done,
        "total": len(progress.steps),
        "next_title": pick(following.step.title) if following else None,
        "verdict": VerdictItem(
            status=standing.verdict.status if standing else Status.OPEN,
            reasons=checks(standing.verdict.reason, progress) if standing else [],
            completed_at=standing.completed_at if standing else None,
        ),
        "score": _score(standing),
        "home_url": url_for("learning.home"),
        "join_url": url_for("learning.join", slug=place.run.slug) if place.may_join else None,
        "criteria_url": url_for("criteria.listed", course=place.run.id)
        if may_confirm and place.is_staff and place.content.criteria
        else None,
        "participants_url": at_run(url_for("participants.listed", slug=place.run.slug), place.run.code)
        if may_follow and place.is_staff
        else None,
        "period": RunItem(place.run.code, place.run.starts_at, place.run.ends_at),
        "runs": [
            {
                "text": _("Run %(code)s", code=run.code),
                "url": course_url(run.slug, run.code),
                "active": run.id == place.run.id,
                "count": None,
            }
            for run in page.runs
        ],
    }


def _score(standing: Standing | None) -> tuple[int, int] | None:
    """Whole per cent of the course, and of what is graded of it."""
    if standing is None or standing.score is None or standing.graded is None:
        return None
    return percent(standing.score), percent(standing.graded)


@dataclass(frozen=True, slots=True)
class RunItem:
    """Which run a page is about."""

    code: str
    starts_at: datetime
    ends_at: datetime | None
