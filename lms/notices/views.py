"""The inbox."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.notices import service
from lms.notices.show import lines
from lms.people.visitor import get_actor
from lms.web.access import SIGNED_IN, needs
from lms.web.paging import page_number, paginate
from lms.web.unit import reading, unit_of_work

notices = Blueprint("notices", __name__, url_prefix="/notices")


@notices.get("")
@needs(SIGNED_IN)
def show() -> str:
    """Everything, or what is unread."""
    person_id = get_actor().person_id
    unread_only = request.args.get("show") == "unread"
    session = reading()
    pager = paginate(session, service.inbox(person_id, unread_only=unread_only), page_number())
    shown = lines(session, pager.items, locale=str(get_locale()), translate=_)
    return render_template(
        "notices/inbox.html",
        pager=replace(pager, items=shown),
        unread_only=unread_only,
        unread=service.count_unread(session, person_id),
    )


@notices.post("/<uuid:notice_id>/read")
@needs(SIGNED_IN)
def open_notice(notice_id: UUID) -> Response:
    """Mark one as read and go to what it is about."""
    with unit_of_work() as session:
        notice = service.read(session, notice_id, person_id=get_actor().person_id, at=now())
    return redirect(notice.url)


@notices.post("/read-all")
@needs(SIGNED_IN)
def read_all() -> Response:
    """Mark all as read."""
    with unit_of_work() as session:
        service.read_all(session, get_actor().person_id, at=now())
    flash(_("Everything is marked as read."), "success")
    return redirect(url_for("notices.show"))
