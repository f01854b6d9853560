"""The tutor's page of criteria: who met which; confirming, and taking it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms.clock import now
from lms.completion import board, service
from lms.completion.board import Filters, Line
from lms.completion.permissions import CONFIRM
from lms.courses import runs as course_runs
from lms.courses.content import CourseContent
from lms.courses.models import CourseRun
from lms.courses.periods import is_over
from lms.people.accounts import get_person
from lms.people.actor import Actor
from lms.people.groups import list_groups
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.locale import local_path, pick
from lms.web.paging import PER_PAGE, Page, page_number
from lms.web.unit import reading, unit_of_work

criteria = Blueprint("criteria", __name__, url_prefix="/desk/criteria")
STATES = {"open": False, "met": True}


@criteria.get("")
@needs(CONFIRM.name)
def listed() -> str:
    """Participants with the criteria of their courses. Courses that are over are shown when they are chosen."""
    session, actor = reading(), get_actor()
    filters = Filters(
        words=request.args.get("q", "").strip()[:100],
        group_id=request.args.get("group", type=UUID),
        run_id=request.args.get("course", type=UUID),
        is_met=STATES.get(request.args.get("state", "")),
    )
    return render_template("completion/criteria.html", **_context(session, filters, by=actor, at=now()))


@criteria.post("/<uuid:run_id>/<uuid:person_id>/<criterion>/confirm")
@needs(CONFIRM.name)
def confirm(run_id: UUID, person_id: UUID, criterion: str) -> Response:
    """The participant met the criterion."""
    with unit_of_work() as session:
        service.confirm(session, run_id, person_id, criterion, by=get_actor(), at=now())
        name, title = _words(session, run_id, person_id, criterion)
    flash(_("Confirmed for %(name)s: %(criterion)s", name=name, criterion=title), "good")
    return _back()


@criteria.post("/<uuid:run_id>/<uuid:person_id>/<criterion>/withdraw")
@needs(CONFIRM.name)
def withdraw(run_id: UUID, person_id: UUID, criterion: str) -> Response:
    """It was a mistake, or is not so any more."""
    with unit_of_work() as session:
        service.withdraw(session, run_id, person_id, criterion, by=get_actor(), at=now())
        name, title = _words(session, run_id, person_id, criterion)
    flash(_("Taken back for %(name)s: %(criterion)s", name=name, criterion=title))
    return _back()


def _back() -> Response:
    """To the list as it was, at the row that was pressed."""
    return redirect(local_path(request.form.get("back", url_for("criteria.listed"))))


def _words(session: Session, run_id: UUID, person_id: UUID, criterion: str) -> tuple[str, str]:
    """(the participant's name, the criterion's title)."""
    run = course_runs.get_run(session, run_id)
    return get_person(session, person_id).display_name, _title(course_runs.content_of(session, run), criterion)


def _title(content: CourseContent, criterion_id: str) -> str:
    found = content.find_criterion(criterion_id)
    return pick(found.title) if found is not None else criterion_id


def _context(session: Session, filters: Filters, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The page's context, documented in its template."""
    all_runs = board.list_runs_to_confirm(session)
    going = [run for run in all_runs if not is_over(run, at)]
    shown = going if filters.run_id is None and going else all_runs
    contents = course_runs.contents_of(session, all_runs)
    number = page_number()
    query = board.places(by, shown, filters)
    total = board.count_places(session, query)
    rows = session.execute(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    found = board.lines(session, [(enrolment, person) for enrolment, person in rows], shown)
    several = len({run.slug for run in all_runs}) < len(all_runs)
    return {
        "pager": Page(_items(found, contents), number, PER_PAGE, total),
        "exists": bool(all_runs),
        "desk_url": url_for("desk.inbox") if by.may("grading.judge") else None,
        "query": filters.words,
        "state": request.args.get("state", ""),
        "state_options": [("", _("All")), ("open", _("Not all confirmed")), ("met", _("All confirmed"))],
        "group": str(filters.group_id or ""),
        "group_options": [("", _("All groups")), *_groups(session, by)],
        "course": str(filters.run_id or ""),
        "course_options": [("", _("All current courses")), *_courses(all_runs, contents, at, with_code=several)],
    }


def _items(found: Sequence[Line], contents: dict[UUID, CourseContent]) -> list[dict[str, Any]]:
    items = []
    for line in found:
        content = contents[line.run.id]
        for criterion, confirmation in line.criteria:
            where: dict[str, Any] = {"run_id": line.run.id, "person_id": line.person_id, "criterion": criterion}
            items.append(
                {
                    "id": f"c-{line.run.id.hex}-{line.person_id.hex}-{criterion}",
                    "participant": line.display_name,
                    "course_title": pick(content.title),
                    "title": _title(content, criterion),
                    "confirmation": confirmation,
                    "confirm_url": url_for("criteria.confirm", **where),
                    "withdraw_url": url_for("criteria.withdraw", **where),
                }
            )
    return items


def _courses(
    runs: Sequence[CourseRun], contents: dict[UUID, CourseContent], at: datetime, *, with_code: bool
) -> list[tuple[str, str]]:
    options = []
    for run in runs:
        title = pick(contents[run.id].title)
        named = _("%(title)s, run %(code)s", title=title, code=run.code) if with_code else title
        options.append((str(run.id), _("%(course)s (over)", course=named) if is_over(run, at) else named))
    return options


def _groups(session: Session, by: Actor) -> list[tuple[str, str]]:
    return [(str(group.id), group.title) for group in list_groups(session, by.scopes(CONFIRM.name))]
