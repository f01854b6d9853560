"""The administrator's pages of rosters."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.lti import roster_pages, rosters
from lms.lti.permissions import MANAGE
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.paging import PER_PAGE, Page, page_number
from lms.web.unit import reading, unit_of_work

lti_rosters = Blueprint("lti_rosters", __name__, url_prefix="/admin/rosters")


@lti_rosters.get("")
@needs(MANAGE.name)
def index() -> str:
    """Platforms' courses whose people we may list."""
    session, page = reading(), page_number()
    rows = roster_pages.list_rosters(session, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    pager = Page(rows, page, PER_PAGE, roster_pages.count_rosters(session))
    return render_template("lti/rosters.html", pager=pager, reason=_reason)


@lti_rosters.get("/<uuid:roster_id>")
@needs(MANAGE.name)
def show(roster_id: UUID) -> str:
    """Who is, and who was, in a platform's course."""
    session, page = reading(), page_number()
    roster = roster_pages.get_roster(session, roster_id)
    rows = roster_pages.list_members(session, roster_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    pager = Page(rows, page, PER_PAGE, roster.here + roster.gone)
    return render_template("lti/roster.html", roster=roster, pager=pager, reason=_reason)


@lti_rosters.post("/<uuid:roster_id>/read")
@needs(MANAGE.name)
def read(roster_id: UUID) -> Response:
    """Have it read now."""
    with unit_of_work() as session:
        rosters.ask(session, roster_id, by=get_actor(), at=now())
    flash(_("The list is being read. Look again in a moment."), "success")
    return redirect(url_for("lti_rosters.show", roster_id=roster_id))


def _reason(roster: roster_pages.RosterLine) -> str:
    return _(roster.reason, **roster.reason_params) if roster.reason else ""
