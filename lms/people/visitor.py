"""The cookie of a signed-in browser."""

from flask import current_app
from flask import session as forms
from werkzeug.wrappers import Response

from lms.clock import now
from lms.database import Database
from lms.people.actor import Actor
from lms.people.language import choose_language
from lms.people.sessions import SEEN_STEP, actor_of, find_session, is_same_person, touch
from lms.settings import Settings
from lms.web.access import find_visitor, get_visitor
from lms.web.cookies import delete_cookie, read_cookie, set_cookie
from lms.web.locale import forget_locale
from lms.web.unit import reading, unit_of_work

COOKIE = "lms_session"
DAY_SECONDS = 24 * 3600


def load_visitor() -> Actor | None:
    """Who sent this request."""
    token, at = read_cookie(COOKIE), now()
    found = find_session(reading(), token, at=at) if token else None
    if found is None:
        return None
    row, person = found
    if at - row.seen_at > SEEN_STEP:
        database: Database = current_app.extensions["lms.database"]
        with database.writing() as session:
            touch(session, row.id, at=at)
    return actor_of(reading(), person, session_id=row.id)


def get_actor() -> Actor:
    """Who sent this request, for a use case's `by`. Raises SignInNeeded."""
    visitor = get_visitor()
    if not isinstance(visitor, Actor):
        raise TypeError("the visitor was not loaded by people")
    return visitor


def keep_locale(locale: str) -> None:
    """Keep the language with the person of this request, if there is one."""
    visitor = find_visitor()
    if visitor is not None:
        with unit_of_work() as session:
            choose_language(session, visitor.person_id, locale)


def carried_token() -> str:
    """The token this browser came with, for `open_session(replaces=…)`; empty if there is none."""
    return read_cookie(COOKIE)


def settings() -> Settings:
    """This application's settings, for views."""
    found: Settings = current_app.extensions["lms.settings"]
    return found


def remember(answer: Response, token: str) -> Response:
    """Hand the browser its session. When it was another's before, the open forms of theirs are good no more: what is
    sent from a page that they left open must not come in this person's name. Nor does the language of theirs count for
    somebody who has chosen one.
    """
    if not is_same_person(reading(), carried_token(), token):
        forms.clear()
        found = find_session(reading(), token, at=now())
        if found is not None and found[1].locale:
            forget_locale(answer)
    set_cookie(answer, COOKIE, token, max_age=settings().session_days * DAY_SECONDS)
    return answer


def forget(answer: Response) -> Response:
    """Take it back, and with it what its open forms were good for."""
    forms.clear()
    delete_cookie(answer, COOKIE)
    return answer
