"""A participant's pages: the assignment, handing a notebook in, its feedback."""

from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms import files
from lms.clock import now
from lms.courses import runs
from lms.courses.run_links import asked_run
from lms.errors import N_, Forbidden, LmsError, NotFound, TooLarge
from lms.files.leftovers import let_go
from lms.grading import intake
from lms.grading.assignment import Place, get_place, list_attempts, page_context
from lms.grading.feedback import feedback_context, shown_to, view_cells
from lms.grading.handout import released_notebooks
from lms.grading.models import Attempt
from lms.grading.release import get_attempt, must_over
from lms.grading.steps import step_of
from lms.people.visitor import get_actor, settings
from lms.web.access import SIGNED_IN, needs
from lms.web.unit import reading, unit_of_work

grading = Blueprint("grading", __name__)
NOTEBOOK_TYPE = "application/x-ipynb+json"
DOCUMENT_POLICY = (
    "default-src 'none'; img-src data:; style-src 'self'; frame-ancestors 'self'; sandbox allow-same-origin"
)


@grading.get("/courses/<slug>/assignments/<step_id>")
@needs(SIGNED_IN)
def assignment(slug: str, step_id: str) -> str:
    """What to do, how to hand it in, what became of it."""
    return _assignment_page(slug, step_id, upload_errors=[])


def _assignment_page(slug: str, step_id: str, *, upload_errors: list[str]) -> str:
    session, actor = reading(), get_actor()
    place = _place(session, slug, step_id)
    context: dict[str, Any] = page_context(session, place, by=actor, at=now(), settings=settings())
    return render_template("grading/assignment.html", **context, upload_errors=upload_errors)


def _place(session: Session, slug: str, step_id: str) -> Place:
    return get_place(session, slug, step_id, by=get_actor(), at=now(), code=asked_run())


@grading.post("/courses/<slug>/assignments/<step_id>")
@needs(SIGNED_IN)
def submit(slug: str, step_id: str) -> Response:
    """Hand an uploaded notebook in."""
    session, actor = reading(), get_actor()
    if not _place(session, slug, step_id).is_enrolled:
        raise Forbidden(N_("You are not in this course. Join it first, then hand your work in."))
    try:
        intake.must_be_real(session, actor.person_id)
        sha256, size = _store_upload()
        with unit_of_work() as session:
            place = _place(session, slug, step_id)
            received = intake.submit(
                session,
                run=place.run,
                step=place.step,
                person_id=actor.person_id,
                sha256=sha256,
                size=size,
                source="upload",
                at=now(),
            )
    except LmsError as refusal:
        page = _assignment_page(slug, step_id, upload_errors=[_(refusal.text, **refusal.params)])
        return make_response(page, refusal.status)
    if received.is_new:
        flash(_("Received. Attempt %(number)s is being graded.", number=received.attempt.number), "good")
    else:
        flash(_("You have handed in this very file before: it is attempt %(number)s.", number=received.attempt.number))
    return redirect(url_for("grading.assignment", slug=slug, step_id=step_id))


def _store_upload() -> tuple[str, int]:
    """(SHA-256, size) of the uploaded file, which is on the disk from then on: for an hour if the attempt is refused."""
    upload = request.files.get("notebook")
    if upload is None or not upload.filename:
        raise LmsError(N_("Choose a notebook file first."))
    limit = settings().upload_limit
    content = upload.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(
            N_("The file is bigger than %(limit)s MB. Clear the outputs of the notebook and send it again."),
            limit=limit // 2**20,
        )
    store = files.of(reading())
    with unit_of_work() as session:
        let_go(session, [store.name(content)], at=now())
    return store.put(content), len(content)


@grading.get("/courses/<slug>/assignments/<step_id>/notebooks/<name>.ipynb")
@needs(SIGNED_IN)
def handout(slug: str, step_id: str, name: str) -> Response:
    """The notebook to work on, for those who have Jupyter of their own."""
    session = reading()
    place = _place(session, slug, step_id)
    notebooks = released_notebooks(session, place.run, place.step, g.locale, settings())
    if name not in notebooks:
        raise NotFound
    return _download(notebooks[name], f"{name}.ipynb")


@grading.get("/work/<uuid:attempt_id>/feedback")
@needs(SIGNED_IN)
def feedback(attempt_id: UUID) -> str:
    """Points, comments and outputs of a graded attempt: its participant's once released, its tutors' before."""
    session = reading()
    attempt = _readable(attempt_id)
    run = runs.get_run(session, attempt.run_id)
    step = step_of(session, attempt)
    others = list_attempts(session, run.id, step.id, attempt.person_id)
    context = feedback_context(session, attempt, run=run, step=step, others=others, by=get_actor())
    return render_template("grading/feedback.html", **context)


@grading.get("/work/<uuid:attempt_id>/graded.html")
@needs(SIGNED_IN)
def graded(attempt_id: UUID) -> Response:
    """The graded notebook as a document for the sandboxed frame: no scripts, no forms, nothing from elsewhere."""
    attempt = _readable(attempt_id)
    shown = shown_to(attempt, get_actor())
    answer = make_response(
        render_template(
            "grading/notebook.html", cells=view_cells(reading(), shown.feedback_sha256, g.locale), attempt=attempt
        )
    )
    answer.headers["Content-Security-Policy"] = DOCUMENT_POLICY
    return answer


@grading.get("/work/<uuid:attempt_id>/notebook.ipynb")
@needs(SIGNED_IN)
def submitted(attempt_id: UUID) -> Response:
    """The very bytes that were handed in."""
    attempt = _readable(attempt_id, released_only=False)
    return _download(files.of(reading()).read(attempt.sha256), f"{attempt.step_id}-{attempt.number}.ipynb")


def _readable(attempt_id: UUID, *, released_only: bool = True) -> Attempt:
    """One's own attempt once it is released, or one that one may see. To others it does not exist."""
    session, actor = reading(), get_actor()
    attempt = get_attempt(session, attempt_id)
    if attempt.person_id == actor.person_id and (not released_only or attempt.release is not None):
        return attempt
    if not actor.may("grading.see"):
        raise NotFound
    must_over(session, actor, "grading.see", attempt)
    return attempt


def _download(content: bytes, name: str) -> Response:
    answer: Response = send_file(BytesIO(content), NOTEBOOK_TYPE, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer
