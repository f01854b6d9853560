"""The tool as the hub's OAuth provider: /oauth/authorize, /oauth/token, /oauth/userinfo. Errors as in RFC 6749, 5.2."""

import hmac
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from lms.clock import now
from lms.errors import N_, BadRequest
from lms.notebooks import grants
from lms.notebooks.hub.secrets import CLIENT_ID, oauth_client_secret
from lms.people.visitor import get_actor, settings
from lms.web import csrf
from lms.web.access import PUBLIC, SIGNED_IN, needs
from lms.web.bodies import authorization
from lms.web.unit import reading, unit_of_work

oauth = Blueprint("oauth", __name__, url_prefix="/oauth")
csrf.exempt(oauth)  # the hub posts with its secret, not with a page's form


def callback_url() -> str:
    """The one address to which codes are sent."""
    return f"{settings().hub_public_url}/hub/oauth_callback"


@oauth.get("/authorize")
@needs(SIGNED_IN)
def authorize() -> AnyResponse:
    """Send the signed-in browser back to the hub with a code. Nothing is asked: the hub is a part of the product."""
    given = request.args
    if (given.get("client_id"), given.get("redirect_uri")) != (CLIENT_ID, callback_url()):
        raise BadRequest(N_("This is not a way into the notebooks. Open your notebook from the course page."))
    challenge = given.get("code_challenge", "")
    if given.get("response_type") != "code":
        return _back(error="unsupported_response_type")
    if given.get("code_challenge_method") != "S256" or not grants.CHALLENGE.fullmatch(challenge):
        return _back(error="invalid_request", error_description="PKCE with S256 is required")
    actor = get_actor()
    with unit_of_work() as session:
        code = grants.issue_code(session, actor.person_id, actor.session_id, challenge, at=now())
    return _back(code=code)


@oauth.post("/token")
@needs(PUBLIC)
def token() -> Response:
    """Give the hub a token for a code."""
    client = authorization()
    if (
        client is None
        or client.type != "basic"
        or client.username != CLIENT_ID
        or not hmac.compare_digest((client.password or "").encode(), oauth_client_secret(settings()).encode())
    ):
        return _refuse("invalid_client", 401, {"WWW-Authenticate": 'Basic realm="oauth"'})
    given = request.form
    if given.get("grant_type") != "authorization_code":
        return _refuse("unsupported_grant_type", 400)
    if given.get("redirect_uri") != callback_url():
        return _refuse("invalid_grant", 400)
    with unit_of_work() as session:
        access = grants.redeem(session, given.get("code", ""), given.get("code_verifier", ""), at=now())
    if access is None:
        return _refuse("invalid_grant", 400)
    life = round(grants.TOKEN_LIFE.total_seconds())
    answer = jsonify(access_token=access, token_type="Bearer", expires_in=life, scope="openid")  # noqa: S106
    answer.headers["Cache-Control"] = "no-store"
    return answer


@oauth.get("/userinfo")
@needs(PUBLIC)
def userinfo() -> Response:
    """Who came: an opaque name and nothing else, so that the hub holds no personal data."""
    bearer = authorization()
    found = None
    if bearer is not None and bearer.type == "bearer" and bearer.token:
        found = grants.find_person(reading(), bearer.token, at=now())
    if found is None:
        return _refuse("invalid_token", 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
    answer = jsonify(sub=found.opaque_name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _back(**parameters: str) -> AnyResponse:
    state = request.args.get("state")
    return redirect(f"{callback_url()}?{urlencode(parameters | ({'state': state} if state else {}))}")


def _refuse(error: str, status: int, headers: dict[str, str] | None = None) -> Response:
    answer = jsonify(error=error)
    answer.status_code = status
    answer.headers.update(headers or {})
    answer.headers["Cache-Control"] = "no-store"
    return answer
