"""The cookie of a signed-in browser."""

from flask import current_app, request
from werkzeug.wrappers import Response

from lms.clock import now
from lms.people.actor import Actor
from lms.people.sessions import find_actor
from lms.settings import Settings
from lms.web.access import get_visitor
from lms.web.cookies import delete_cookie, set_cookie
from lms.web.unit import reading

COOKIE = "lms_session"
DAY_SECONDS = 24 * 3600


def load_visitor() -> Actor | None:
    """Who sent this request."""
    token = request.cookies.get(COOKIE, "")
    return find_actor(reading(), token, at=now()) if token else None


def get_actor() -> Actor:
    """Who sent this request, for a use case's `by`. Raises SignInNeeded."""
    visitor = get_visitor()
    if not isinstance(visitor, Actor):
        raise TypeError("the visitor was not loaded by people")
    return visitor


def settings() -> Settings:
    """This application's settings, for views."""
    found: Settings = current_app.extensions["lms.settings"]
    return found


def remember(answer: Response, token: str) -> Response:
    """Hand the browser its session."""
    set_cookie(answer, COOKIE, token, max_age=settings().session_days * DAY_SECONDS)
    return answer


def forget(answer: Response) -> Response:
    """Take it back."""
    delete_cookie(answer, COOKIE)
    return answer
