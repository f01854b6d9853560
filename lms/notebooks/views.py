"""The way from a course page into the notebook."""

from urllib.parse import quote

from flask import Blueprint, g, redirect
from werkzeug.wrappers import Response

from lms.clock import now
from lms.notebooks import service
from lms.notebooks.hub_api import HubApi, HubDown
from lms.people.visitor import get_actor, settings
from lms.web.access import SIGNED_IN, needs
from lms.web.unit import reading

notebooks = Blueprint("notebooks", __name__, url_prefix="/notebooks")


@notebooks.get("/open/<slug>/<step_id>")
@needs(SIGNED_IN)
def open_notebook(slug: str, step_id: str) -> Response:
    """Go to the hub, which signs the person in anew and hands them their own server with the assignment open.

    Always by way of /hub/oauth_login: an address of the hub that trusts its own cookie would open the server of
    whoever used this browser before.
    """
    actor = get_actor()
    service.get_offer(reading(), slug, step_id, actor.person_id, at=now())
    if not HubApi(settings()).is_up():
        raise HubDown
    target = f"/hub/user-redirect/lms/open/{slug}/{step_id}?locale={g.locale}"
    return redirect(f"{settings().hub_public_url}/hub/oauth_login?next={quote(target, safe='/')}")
