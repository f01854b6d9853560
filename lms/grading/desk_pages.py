"""The contexts of the tutor's templates, documented at the head of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.completion import board
from lms.completion.permissions import CONFIRM
from lms.courses import runs
from lms.courses.content import CourseContent
from lms.courses.models import CourseRun
from lms.grading import queue
from lms.grading.desk import earlier_comments
from lms.grading.feedback import view_cells
from lms.grading.models import Attempt, CellGrade
from lms.grading.queue import Filters
from lms.grading.release import given, points_of
from lms.grading.states import AttemptState
from lms.grading.texts import points_text
from lms.grading.titles import title_of
from lms.people.actor import Actor
from lms.people.models import Person, TutorGroup
from lms.web.locale import pick
from lms.web.paging import PER_PAGE, Page

TABS = ("waiting", "ready", "released")
QUICK = 10
TASK_CELLS = 3


def queue_context(
    session: Session, *, tab: str, filters: Filters, number: int, by: Actor, at: datetime
) -> dict[str, Any]:
    """The inbox."""
    queries: dict[str, Select[Any, Person, CourseRun]] = {
        "waiting": queue.waiting_answers(by, filters),
        "ready": queue.works(by, filters, released=False),
        "released": queue.works(by, filters, released=True),
    }
    counts = {name: queue.size(session, query) for name, query in queries.items()}
    rows = session.execute(queries[tab].limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    contents = runs.contents_of(session, [row[-1] for row in rows])
    first = queue.next_answer(session, by, at=at)
    titles = {"waiting": _("To judge"), "ready": _("To release"), "released": _("Released")}
    return {
        "tab": tab,
        "tabs": [
            {"text": titles[name], "url": url_for("desk.inbox", tab=name), "active": name == tab, "count": counts[name]}
            for name in TABS
        ]
        + _criteria_tab(session, by),
        "stats": None,
        "start_url": url_for("desk.answer", cell_id=first.id) if first is not None else None,
        "pager": Page(
            _answers(session, rows, contents, by=by, at=at) if tab == "waiting" else _works(rows, contents),
            number,
            PER_PAGE,
            counts[tab],
        ),
        "release_url": url_for("desk.release_works"),
        "query": filters.words,
        "group": str(filters.group_id or ""),
        "group_options": [("", _("All groups")), *_groups(session, by)],
        "course": filters.course,
        "course_options": [("", _("All courses")), *_courses(session)],
    }


def _criteria_tab(session: Session, by: Actor) -> list[dict[str, Any]]:
    """What else waits for a tutor: criteria that no test can see."""
    if not by.may(CONFIRM.name) or not board.is_needed(session):
        return []
    return [{"text": _("Criteria"), "url": url_for("criteria.listed"), "active": False, "count": None}]


def _answers(
    session: Session, rows: Sequence[Any], contents: dict[UUID, Any], *, by: Actor, at: datetime
) -> list[dict[str, Any]]:
    def other(cell: CellGrade) -> UUID | None:
        """Who else is reading it now; oneself is nobody to be warned of."""
        is_claimed = cell.claimed_until is not None and cell.claimed_until > at
        return cell.claimed_by if is_claimed and cell.claimed_by != by.person_id else None

    others = {other(cell) for cell, _person, _run in rows} - {None}
    reading = select(Person.id, Person.display_name).where(Person.id.in_(others))
    names = dict(session.execute(reading).all())
    return [
        {
            "url": url_for("desk.answer", cell_id=cell.id),
            "participant": person.display_name,
            "course_title": pick(contents[run.id].title),
            "assignment_title": _step_title(contents[run.id], cell.attempt.step_id),
            "answer_title": title_of(cell.name, cell.title, g.locale),
            "submitted_at": cell.attempt.submitted_at,
            "is_late": cell.attempt.is_late,
            "claimed_by": names.get(reader) if (reader := other(cell)) else None,
        }
        for cell, person, run in rows
    ]


def _works(rows: Sequence[Any], contents: dict[UUID, Any]) -> list[dict[str, Any]]:
    items = []
    for attempt, person, run in rows:
        score, maximum, _waits = points_of(attempt)
        release = attempt.release
        items.append(
            {
                "id": attempt.id,
                "url": url_for("grading.feedback", attempt_id=attempt.id),
                "participant": person.display_name,
                "course_title": pick(contents[run.id].title),
                "assignment_title": _step_title(contents[run.id], attempt.step_id),
                "score": points_text(score),
                "max_score": points_text(maximum),
                "submitted_at": attempt.submitted_at,
                "released_at": release.released_at if release is not None else None,
                "before": points_text(release.score) if release is not None else None,
            }
        )
    return items


def _step_title(content: CourseContent, step_id: str) -> str:
    """The title, or the id of a step that the course has no longer."""
    step = content.find_step(step_id)
    return step_id if step is None else pick(step.title)


def _groups(session: Session, by: Actor) -> list[tuple[str, str]]:
    scopes = by.scopes("grading.judge")
    query = select(TutorGroup).order_by(TutorGroup.title).limit(200)
    rows = session.scalars(query if scopes is None else query.where(TutorGroup.id.in_(scopes)))
    return [(str(group.id), group.title) for group in rows]


def _courses(session: Session) -> list[tuple[str, str]]:
    listed = runs.list_runs(session)
    contents = runs.contents_of(session, listed)
    return [(run.slug, pick(contents[run.id].title)) for run in listed]


def answer_context(
    session: Session,
    cell: CellGrade,
    *,
    attempt: Attempt,
    by: Actor,
    at: datetime,
    errors: dict[str, list[str]],
    typed: Mapping[str, str],
) -> dict[str, Any]:
    """One answer. `attempt` has its cells loaded; `typed` is what a refused form held, so that nothing is lost."""
    run = session.get_one(CourseRun, attempt.run_id)
    content = runs.content_of(session, run)
    views = view_cells(session, attempt.feedback_sha256, g.locale)
    place = next((index for index, view in enumerate(views) if view.name == cell.name), None)
    shown = views[place] if place is not None else None
    above = views[max(0, place - TASK_CELLS) : place] if place is not None else []
    judge = session.get(Person, cell.judged_by) if cell.judged_by else None
    following = queue.next_answer(session, by, at=at, after=cell.id)
    score, maximum, _waits = points_of(attempt)
    unjudged = [other for other in attempt.cells if other.needs_person and other.manual_score is None]
    return {
        "answer": {
            "participant": session.get_one(Person, attempt.person_id).display_name,
            "course_title": pick(content.title),
            "assignment_title": _step_title(content, attempt.step_id),
            "title": title_of(cell.name, cell.title, g.locale),
            "number": attempt.number,
            "submitted_at": attempt.submitted_at,
            "is_late": attempt.is_late,
            "task": next((view.html for view in reversed(above) if view.html is not None and not view.own), None),
            "text": shown.source.strip() if shown is not None else "",
            "kind": "code" if shown is not None and shown.cell_type == "code" else "markdown",
            "body": shown.html if shown is not None and shown.source.strip() else None,
            "output_url": None,
            "max_score": points_text(cell.max_score),
            "score": typed.get("score", points_text(cell.manual_score)),
            "comment": typed.get("comment", cell.comment or ""),
            "judged_by": judge.display_name if judge is not None else None,
            "judged_at": cell.judged_at,
        },
        "seen": cell.judged_at.isoformat() if cell.judged_at else "",
        "errors": {"score": [], "comment": []} | errors,
        "step": "0.5",
        "quick": _quick(cell.max_score),
        "others": [_other(other, current=cell) for other in attempt.cells if other.id != cell.id],
        "total": (points_text(score), points_text(maximum)),
        "left": queue.size(session, queue.waiting_answers(by, Filters())),
        "notebook_url": url_for("grading.graded", attempt_id=attempt.id),
        "save_url": url_for("desk.judge", cell_id=cell.id),
        "next_url": url_for("desk.answer", cell_id=following.id) if following is not None else None,
        "queue_url": url_for("desk.inbox"),
        "can_release": attempt.state == AttemptState.NEEDS_PERSON and unjudged in ([], [cell]),
        "phrases": earlier_comments(session, cell, by=by),
    }


def _quick(maximum: Decimal) -> list[str]:
    """0, 1, … up to the maximum, when it is a small whole number."""
    return [str(value) for value in range(int(maximum) + 1)] if maximum == int(maximum) and maximum < QUICK else []


def _other(cell: CellGrade, *, current: CellGrade) -> dict[str, Any]:
    score = given(cell)
    return {
        "title": title_of(cell.name, cell.title, g.locale),
        "score": points_text(score),
        "max_score": points_text(cell.max_score),
        "state": "needs_person" if score is None else "done",
        "url": url_for("desk.answer", cell_id=cell.id) if cell.needs_person and cell.id != current.id else None,
    }
