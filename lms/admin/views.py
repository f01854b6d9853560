"""The index of the administration, and background work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms import jobs, registries
from lms.admin.permissions import JOBS, OPEN
from lms.clock import now
from lms.jobs import Failure, JobRow
from lms.people import audit
from lms.people.visitor import get_actor, settings
from lms.web.access import needs
from lms.web.admin_pages import AdminPages
from lms.web.paging import PER_PAGE, Page, page_number
from lms.web.unit import reading, unit_of_work

admin = Blueprint("admin", __name__, url_prefix="/admin")
TABS = ("waiting", "running", "failed")


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job as the page shows it."""

    id: str
    title: str
    subject: str | None
    queued_at: datetime
    tries: int
    reason: str | None = None
    again_url: str | None = None
    due_at: datetime | None = None


@admin.get("")
@needs(OPEN.name)
def index() -> str:
    """The pages that this visitor may open."""
    session = reading()
    pages = registries.of(session).get(AdminPages).open_to(get_actor())
    return render_template("admin/index.html", pages=pages)


@admin.get("/jobs")
@needs(JOBS.name)
def show_jobs() -> str:
    """Waiting, running, failed."""
    session, page = reading(), page_number()
    tab = request.args.get("show", "")
    counts = jobs.counts(session)
    sizes = {"waiting": counts.waiting, "running": counts.running, "failed": counts.failed}
    if tab not in TABS:
        tab = "failed" if counts.failed else "waiting"
    words = {"waiting": _("Waiting"), "running": _("Running"), "failed": _("Failed")}
    return render_template(
        "admin/jobs.html",
        tab=tab,
        tabs=[
            {"text": words[one], "url": url_for("admin.show_jobs", show=one), "active": one == tab, "count": sizes[one]}
            for one in TABS
        ],
        workers=jobs.count_workers(session, now(), within_seconds=settings().worker_lost_seconds),
        oldest_at=counts.oldest_at,
        pager=Page(_rows(session, tab, page), page, PER_PAGE, sizes[tab]),
    )


def _rows(session: Session, tab: str, page: int) -> Sequence[ShownJob]:
    offset = (page - 1) * PER_PAGE
    if tab == "failed":
        return [_failed(one) for one in jobs.list_failures(session, limit=PER_PAGE, offset=offset)]
    return [_waiting(one) for one in jobs.list_waiting(session, state=tab, limit=PER_PAGE, offset=offset)]


def _waiting(row: JobRow) -> ShownJob:
    return ShownJob(row.id, row.handler, row.key, row.created_at, row.attempt, due_at=row.due_at)


def _failed(row: Failure) -> ShownJob:
    again_url = url_for("admin.again", failure_id=row.id)
    return ShownJob(row.job_id, row.handler, row.key, row.failed_at, row.attempts, row.reason, again_url)


@admin.post("/jobs/failures/<uuid:failure_id>/again")
@needs(JOBS.name)
def again(failure_id: UUID) -> Response:
    """Enlist a failed job once more."""
    with unit_of_work() as session:
        jobs.again(session, failure_id, at=now())
        audit.record(session, "job.again", at=now(), actor_id=get_actor().person_id, failure=str(failure_id))
    flash(_("The job is started again."), "success")
    return redirect(url_for("admin.show_jobs"))
