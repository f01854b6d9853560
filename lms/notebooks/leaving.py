"""Signing out of the tool signs this browser out of the hub as well, so that an open notebook stops running code."""

from flask import Flask, Response, render_template, request

from lms.notebooks.grants import has_been_at_hub
from lms.notebooks.hub_api import HubApi
from lms.people.actor import Actor
from lms.people.visitor import settings
from lms.web.access import find_visitor
from lms.web.unit import reading

SIGN_OUT = "people.sign_out"


def init_leaving(app: Flask) -> None:
    """Watch the answers of the sign-out, which belongs to a lower room."""
    app.after_request(_through_the_hub)


def _through_the_hub(answer: Response) -> Response:
    """A page that goes on to the hub's sign-out, where a redirect was.

    Not a redirect of ours: a form's answer may not leave the site (`form-action 'self'`, which Chromium holds redirects
    to as well). The hub sends the browser back here. When it is down, its servers are down too.
    """
    visitor = find_visitor() if request.endpoint == SIGN_OUT and answer.status_code == 302 else None
    if not isinstance(visitor, Actor) or visitor.session_id is None:
        return answer
    if not has_been_at_hub(reading(), visitor.session_id) or not HubApi(settings()).is_up():
        return answer
    url = f"{settings().hub_public_url}/hub/logout"
    answer.set_data(render_template("notebooks/leaving.html", url=url, me=None, nav=[]))
    answer.status_code = 200
    answer.headers["Refresh"] = f"0; url={url}"
    del answer.headers["Location"]
    return answer
