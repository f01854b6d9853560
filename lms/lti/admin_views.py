"""The administrator's page of platforms and of scores on their way."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import format_percent
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.clock import now
from lms.lti import overview
from lms.lti.consumer_views import launch_url
from lms.lti.consumers import list_consumers
from lms.lti.permissions import MANAGE
from lms.lti.platform_views import addresses
from lms.lti.registrations import list_platforms
from lms.people.visitor import get_actor
from lms.web.access import needs
from lms.web.paging import PER_PAGE, Page, page_number
from lms.web.unit import reading, unit_of_work

lti_admin = Blueprint("lti_admin", __name__, url_prefix="/admin/platforms")


@lti_admin.get("")
@needs(MANAGE.name)
def show() -> str:
    """Who is connected, who waits, which scores are not through."""
    session, page = reading(), page_number()
    counts = overview.count_scores(session)
    rows = overview.list_scores_on_their_way(session, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    total = sum(counts.get(status, 0) for status in overview.NOT_THROUGH)
    return render_template(
        "lti/platforms.html",
        platforms=list_platforms(session),
        consumers=list_consumers(session),
        sent=counts.get("sent", 0),
        pager=Page(rows, page, PER_PAGE, total),
        reason=lambda score: _(score.reason, **score.reason_params) if score.reason else "",
        percent=lambda share: "–" if share is None else format_percent(share, "#,##0.#%"),
        addresses=[*addresses(), (_("Launch URL for LTI 1.1"), launch_url())],
    )


@lti_admin.post("/deployments/<uuid:deployment_id>/approve")
@needs(MANAGE.name)
def approve(deployment_id: UUID) -> Response:
    """Let an installation launch us from now on."""
    with unit_of_work() as session:
        row = overview.approve(session, deployment_id, by=get_actor(), at=now())
    flash(_("The deployment %(name)s may launch courses now.", name=row.deployment_id), "success")
    return redirect(url_for("lti_admin.show"))


@lti_admin.post("/scores/<uuid:target_id>/again")
@needs(MANAGE.name)
def send_again(target_id: UUID) -> Response:
    """One more try."""
    with unit_of_work() as session:
        overview.send_again(session, target_id, by=get_actor(), at=now())
    flash(_("The score is on its way again."), "success")
    return redirect(url_for("lti_admin.show"))
