"""The HTTP API for participants' notebook servers; docs/notebooks.md is its contract.

A server shows the token that the hub gave it; the hub says whose it is, at every call. Errors are problem+json with one
sentence in the person's language.
"""

import base64
from dataclasses import replace

import flask_babel
from flask import Blueprint, Response, g, jsonify, request, url_for

from lms import files
from lms.clock import now
from lms.errors import N_, Invalid, NotFound, SignInNeeded, TooLarge
from lms.files.leftovers import let_go
from lms.grading.models import Attempt
from lms.notebooks import service, words
from lms.notebooks.hub_api import HubApi
from lms.people.actor import Actor
from lms.people.sessions import actor_of
from lms.people.visitor import settings
from lms.web import csrf
from lms.web.access import PUBLIC, needs
from lms.web.bodies import authorization
from lms.web.locale import LOCALES, pick
from lms.web.unit import reading, unit_of_work

api = Blueprint("notebooks_api", __name__, url_prefix="/api/notebooks")
csrf.exempt(api)  # a bearer token is sent by programs, never by a browser on its own

SOURCES = {"lab": "lab", "exchange": "exchange"}
"""From where a notebook may say that it comes: our button, or nbgrader's Assignment List."""


@api.get("/assignments")
@needs(PUBLIC)
def assignments() -> Response:
    """Everything that the person may open, and their language."""
    actor = _caller()
    offers = service.list_offers(reading(), actor.person_id, at=now())
    return jsonify(
        locale=g.locale,
        assignments=[
            {
                "course": offer.run.slug,
                "assignment": offer.step.id,
                "title": pick(dict(offer.step.title)),
                "notebooks": offer.notebooks,
                "open": offer.is_open,
            }
            for offer in offers
        ],
    )


@api.get("/assignments/<course>/<assignment>/files")
@needs(PUBLIC)
def handed_out(course: str, assignment: str) -> Response:
    """The files to work on."""
    actor = _caller()
    offer = service.get_offer(reading(), course, assignment, actor.person_id, at=now())
    found = service.handed_out(reading(), offer, g.locale, settings())
    return jsonify(files=[_file(path, content) for path, content in sorted(found.items())])


@api.get("/assignments/<course>/<assignment>/submissions")
@needs(PUBLIC)
def list_submissions(course: str, assignment: str) -> Response:
    """The person's attempts, oldest first."""
    actor = _caller()
    session = reading()
    offer = service.get_offer(session, course, assignment, actor.person_id, at=now())
    attempts = service.attempts_of(session, offer, actor.person_id)
    return jsonify(submissions=[_submission(each, words.standing(session, each)) for each in attempts])


@api.post("/assignments/<course>/<assignment>/submissions")
@needs(PUBLIC)
def submit(course: str, assignment: str) -> tuple[Response, int]:
    """Take the request's body, a notebook, in. 201 for a new attempt, 200 when these bytes were sent before."""
    actor = _caller()
    service.get_offer(reading(), course, assignment, actor.person_id, at=now())
    service.must_be_real(reading(), actor.person_id)
    content = _body()
    store = files.of(reading())
    with unit_of_work() as session:
        let_go(session, [store.name(content)], at=now())
    sha256 = store.put(content)
    with unit_of_work() as session:
        taken = service.hand_in(
            session,
            service.get_offer(session, course, assignment, actor.person_id, at=now()),
            actor.person_id,
            sha256=sha256,
            size=len(content),
            source=SOURCES.get(request.args.get("source", ""), "lab"),
            at=now(),
        )
        sent = _submission(taken.attempt, words.received(taken.attempt, is_new=taken.is_new))
    return jsonify(sent), 201 if taken.is_new else 200


@api.get("/assignments/<course>/<assignment>/submissions/<int:number>/feedback")
@needs(PUBLIC)
def feedback(course: str, assignment: str, number: int) -> Response:
    """For nbgrader's "Fetch Feedback": a page for each notebook that leads to the feedback, which stays here."""
    actor = _caller()
    session = reading()
    offer = service.get_offer(session, course, assignment, actor.person_id, at=now())
    for attempt in service.attempts_of(session, offer, actor.person_id):
        if attempt.number == number and attempt.release is not None:
            page = flask_babel.gettext("Open the feedback")
            link = f'<!doctype html><meta charset="utf-8"><p><a href="{_feedback_url(attempt)}" target="_blank">{page}</a></p>'
            return jsonify(
                files=[_file(f"{name.removesuffix('.ipynb')}.html", link.encode()) for name in offer.notebooks]
            )
    raise NotFound(N_("There is no released feedback for this attempt yet."))


def _caller() -> Actor:
    """Who the server that calls belongs to; the language of the answer is settled on the way.

    The hub's page may have been opened in another language than the profile's: what the server asks for wins.
    """
    bearer = authorization()
    name = None
    if bearer is not None and bearer.type == "bearer" and bearer.token:
        name = HubApi(settings()).who_is(bearer.token)
    person = service.find_by_name(reading(), name) if name is not None else None
    if person is None:
        raise SignInNeeded(N_("Your notebook is signed out. Open it again from the course page."))
    actor = actor_of(reading(), person)
    asked = request.accept_languages.best_match(LOCALES) if request.accept_languages else None
    locale = asked or actor.locale or settings().locale
    g.visitor, g.locale = replace(actor, locale=locale), locale
    flask_babel.refresh()
    return actor


def _body() -> bytes:
    limit = settings().upload_limit
    content = request.get_data(cache=False)
    if len(content) > limit:
        raise TooLarge(
            N_("The file is bigger than %(limit)s MB. Clear the outputs of the notebook and send it again."),
            limit=limit // 2**20,
        )
    if not content:
        raise Invalid(N_("The notebook is empty."))
    return content


def _submission(attempt: Attempt, message: str) -> dict[str, object]:
    return {
        "number": attempt.number,
        "submitted_at": attempt.submitted_at.isoformat(),
        "state": words.state_name(attempt),
        "message": message,
        "url": _feedback_url(attempt) if attempt.release is not None else None,
    }


def _feedback_url(attempt: Attempt) -> str:
    return f"{settings().tool_public_url}{url_for('grading.feedback', attempt_id=attempt.id)}"


def _file(path: str, content: bytes) -> dict[str, str]:
    return {"path": path, "content": base64.b64encode(content).decode("ascii")}
