"""The tutor's page of a run: how far everybody is, as a page and as a table to take along."""

import csv
from io import StringIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, make_response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms.clock import now
from lms.courses.kinds import State
from lms.courses.resolving import at_run
from lms.courses.run_links import asked_run
from lms.errors import N_
from lms.grading.permissions import SEE
from lms.learning.following import Filters, Following, Help, Row, follow
from lms.learning.progress import PlacedStep
from lms.people.actor import Actor
from lms.people.groups import list_groups
from lms.people.permissions import MANAGE
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.locale import pick
from lms.web.paging import PER_PAGE, Page, page_number
from lms.web.unit import reading

participants = Blueprint("participants", __name__)

HELP = {
    Help.OVERDUE: N_("A deadline has passed"),
    Help.FALLS_SHORT: N_("Too few points"),
    Help.STUCK: N_("Cannot go on without you"),
}
STATE = {
    State.TODO: N_("Not started"),
    State.IN_PROGRESS: N_("In progress"),
    State.SUBMITTED: N_("Submitted"),
    State.GRADING: N_("Being graded"),
    State.NEEDS_PERSON: N_("With the tutor"),
    State.DONE: N_("Done"),
    State.FAILED: N_("Did not work"),
    State.LATE: N_("Overdue"),
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a cell for a formula by (OWASP, CSV injection)."""


@participants.get("/courses/<slug>/participants")
@needs(SEE.name)
def listed(slug: str) -> str:
    """Participants with their steps; those who need help alone, if asked."""
    session, actor = reading(), get_actor()
    return render_template("learning/participants.html", **_context(session, _found(session, slug, actor), actor))


@participants.get("/courses/<slug>/participants.csv")
@needs(SEE.name)
def export(slug: str) -> Response:
    """The same people, all of them, as a table that spreadsheets open."""
    found = _found(reading(), slug, get_actor())
    text = StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    steps = [pick(step.title) for step in found.content.steps]
    table.writerow([_("Participant"), *map(_safe, steps), _("Needs help")])
    for row in found.rows:
        states = [_said(placed) for placed in row.progress.steps]
        table.writerow([_safe(row.display_name), *states, ", ".join(_(HELP[one]) for one in row.helps)])
    answer = make_response(text.getvalue().encode("utf-8-sig"))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.run.slug}-{found.run.code}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _found(session: Session, slug: str, actor: Actor) -> Following:
    filters = Filters(
        words=request.args.get("q", "").strip()[:100],
        group_id=request.args.get("group", type=UUID),
        needs_help=request.args.get("state") == "help",
    )
    return follow(session, slug, filters, by=actor, at=now(), code=asked_run())


def _context(session: Session, found: Following, actor: Actor) -> dict[str, Any]:
    """The page's context, documented in its template."""
    number, run = page_number(), found.run
    shown = found.rows[(number - 1) * PER_PAGE : number * PER_PAGE]
    may_manage = actor.may(MANAGE.name)
    groups = [(str(group.id), group.title) for group in list_groups(session, actor.scopes(SEE.name))]
    return {
        "course": (pick(found.content.title), at_run(url_for("learning.course", slug=run.slug), run.code)),
        "run_code": run.code,
        "steps": [(number, pick(step.title)) for number, step in enumerate(found.content.steps, start=1)],
        "pager": Page([_item(row, may_manage=may_manage) for row in shown], number, PER_PAGE, len(found.rows)),
        "export_url": _export_url(run.slug, run.code),
        "query": request.args.get("q", ""),
        "state": request.args.get("state", ""),
        "state_options": [("", _("All")), ("help", _("Needs help"))],
        "group": request.args.get("group", ""),
        "group_options": [("", _("All groups")), *groups],
    }


def _export_url(slug: str, code: str) -> str:
    """With the same filters."""
    asked = {"q": request.args.get("q"), "group": request.args.get("group"), "state": request.args.get("state")}
    kept = {name: value for name, value in asked.items() if value}
    return f"{url_for('participants.export', slug=slug)}?{urlencode({'run': code, **kept})}"


def _item(row: Row, *, may_manage: bool) -> dict[str, Any]:
    return {
        "name": row.display_name,
        "url": url_for("people_admin.person", person_id=row.person_id) if may_manage else None,
        "done": row.progress.done,
        "total": len(row.progress.steps),
        "is_completed": row.completed_at is not None,
        "helps": [_(HELP[one]) for one in row.helps],
        "steps": [
            {
                "number": number,
                "title": pick(placed.step.title),
                "state": placed.state.state,
                "label": placed.shortfall.label if placed.shortfall is not None else None,
                "url": url_for("grading.feedback", attempt_id=row.works[placed.step.id])
                if placed.step.id in row.works
                else None,
            }
            for number, placed in enumerate(row.progress.steps, start=1)
        ],
    }


def _said(placed: PlacedStep) -> str:
    return placed.shortfall.label if placed.shortfall is not None else str(_(STATE[placed.state.state]))


def _safe(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(FORMULA) else text
