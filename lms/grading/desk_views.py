"""The tutor's pages: the inbox, one answer after another, release."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lms.clock import now
from lms.errors import N_, Conflict, Invalid
from lms.grading import desk as service
from lms.grading import queue
from lms.grading.desk_pages import TABS, answer_context, queue_context
from lms.grading.queue import Filters
from lms.grading.release import get_attempt, points_of, release
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.paging import page_number
from lms.web.unit import reading, unit_of_work

desk = Blueprint("desk", __name__, url_prefix="/desk")
RELEASED_AT_ONCE = 200


@desk.get("")
@needs("grading.judge")
def inbox() -> str:
    """Answers to judge, works to release, works released."""
    tab = request.args.get("tab", TABS[0])
    filters = Filters(
        words=request.args.get("q", "").strip()[:100],
        group_id=request.args.get("group", type=UUID),
        course=request.args.get("course", "")[:80],
    )
    context = queue_context(
        reading(),
        tab=tab if tab in TABS else TABS[0],
        filters=filters,
        number=page_number(),
        by=get_actor(),
        at=now(),
    )
    return render_template("grading/queue.html", **context)


@desk.get("/answers/<uuid:cell_id>")
@needs("grading.judge")
def answer(cell_id: UUID) -> str:
    """One answer with its task; other tutors see that it is open here."""
    with unit_of_work() as session:
        service.claim(session, cell_id, by=get_actor(), at=now())
    return _answer_page(cell_id, errors={}, typed={})


def _answer_page(cell_id: UUID, *, errors: dict[str, list[str]], typed: Mapping[str, str]) -> str:
    session, actor = reading(), get_actor()
    cell = service.get_answer(session, cell_id, by=actor)
    attempt = get_attempt(session, cell.attempt_id)
    context = answer_context(session, cell, attempt=attempt, by=actor, at=now(), errors=errors, typed=typed)
    return render_template("grading/answer.html", **context)


@desk.post("/answers/<uuid:cell_id>")
@needs("grading.judge")
def judge(cell_id: UUID) -> Response:
    """Keep points and comment; then release, or go to the next answer."""
    actor, act = get_actor(), request.form.get("act", "next")
    try:
        with unit_of_work() as session:
            cell = service.judge(
                session,
                cell_id,
                score=_points(request.form.get("score", "")),
                comment=request.form.get("comment", ""),
                seen=_moment(request.form.get("seen", "")),
                by=actor,
                at=now(),
            )
            attempt = get_attempt(session, cell.attempt_id)
            waits = points_of(attempt)[2]
            if act == "release" and not waits:
                release(session, attempt.id, by=actor, at=now())
    except (Invalid, Conflict) as refusal:
        page = _answer_page(cell_id, errors={"score": [_(refusal.text, **refusal.params)]}, typed=request.form)
        return make_response(page, refusal.status)
    if act == "release" and not waits:
        flash(_("Released: the participant sees points and comments now."), "good")
    session = reading()
    following = queue.next_answer(session, actor, at=now(), within=attempt.id) or queue.next_answer(
        session, actor, at=now()
    )
    if following is None:
        flash(_("Nothing waits for you any more."), "good")
        return redirect(url_for("desk.inbox"))
    return redirect(url_for("desk.answer", cell_id=following.id))


@desk.post("/release")
@needs("grading.release")
def release_works() -> Response:
    """Release the ticked works, all or none."""
    ids = request.form.getlist("ids", type=UUID)[:RELEASED_AT_ONCE]
    if not ids:
        flash(_("Tick the works to release first."), "bad")
        return redirect(url_for("desk.inbox", tab="ready"))
    with unit_of_work() as session:
        for attempt_id in ids:
            release(session, attempt_id, by=get_actor(), at=now())
    flash(ngettext("%(num)s work is released.", "%(num)s works are released.", len(ids)), "good")
    return redirect(url_for("desk.inbox", tab="ready"))


def _points(text: str) -> Decimal:
    """Points as people write them: a comma will do."""
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise Invalid(N_("Write the points as a number, for example 2 or 1.5.")) from None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
