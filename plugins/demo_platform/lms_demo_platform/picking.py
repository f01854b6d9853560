"""Deep Linking 2.0, the platform's side: a teacher picks something in the tool, which comes back signed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import uuid4

import jwt
import requests
from flask import Blueprint, current_app, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms_demo_platform.config import CLIENT_ID, DEPLOYMENT_ID, ISSUER
from lms_demo_platform.refusals import Refusal
from lms_demo_platform.site import now, school, signed_in
from lms_demo_platform.store import use_once
from lms_demo_platform.tables import LineItem, PickedLink, PlatformLaunch
from lms_demo_platform.tool_keys import ToolKeys

bp = Blueprint("picking", __name__, url_prefix="/picking")
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
REQUIRED = ["iss", "aud", "iat", "exp", "nonce"]
KEEP = timedelta(hours=12)
MAX_LINKS = 50


@bp.get("")
def pick() -> str | Response:
    """The tool's picker inside our page. Teachers alone add something to the course."""
    person = signed_in()
    if person is None:
        return redirect("/")
    if not person.is_teacher:
        raise Refusal(403, "forbidden", "Only teachers add something to the course.")
    return render_template("school/picking.html")


def settings(launch_id: str) -> dict[str, Any]:
    """The claim that asks the tool for something; `data` comes back with the answer and names this request."""
    return {
        "deep_link_return_url": f"{school().config.public_url}{bp.url_prefix}/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
        "accept_lineitem": True,
        "auto_create": True,
        "data": launch_id,
    }


@bp.post("/return")
def take() -> str:
    """The tool's answer: whatever it says, the request must be one of ours, and of a teacher."""
    claims = _verified(request.form.get("JWT", ""))
    items = claims.get(DEEP_LINKING + "content_items") or []
    if not isinstance(items, list) or len(items) > MAX_LINKS:
        raise Refusal(400, "bad_request", "content_items")
    with school().sessions.begin() as session:
        launch = session.get(PlatformLaunch, str(claims.get(DEEP_LINKING + "data", "")))
        if launch is None or launch.link_id:
            raise Refusal(400, "bad_request", "The school did not ask for this.")
        added = [_add(session, item) for item in items]
    return render_template("school/picked.html", added=added)


def _add(session: Session, item: object) -> str:
    if not isinstance(item, dict) or item.get("type") != "ltiResourceLink":
        raise Refusal(400, "bad_request", "Only links to the tool can be added.")
    title, custom, column = str(item.get("title", ""))[:200], item.get("custom") or {}, item.get("lineItem")
    if not title or not isinstance(custom, dict) or not all(isinstance(value, str) for value in custom.values()):
        raise Refusal(400, "bad_request", "title, custom")
    link = PickedLink(id=uuid4().hex, title=title, about=str(item.get("text", ""))[:500], custom=custom, added_at=now())
    session.add(link)
    if isinstance(column, dict):
        session.add(
            LineItem(
                label=str(column.get("label") or title)[:200],
                maximum=Decimal(str(column["scoreMaximum"])),
                link_id=link.id,
                resource_id=str(column.get("resourceId", ""))[:255],
                tag=str(column.get("tag", ""))[:255],
            )
        )
    return title


def _verified(token: str) -> dict[str, Any]:
    keys = cast(ToolKeys, current_app.extensions["tool_keys"])
    try:
        key = keys.find(str(jwt.get_unverified_header(token).get("kid", "")))
        if key is None:
            raise Refusal(401, "invalid_token", "The tool's JWKS has no such key.")
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], audience=ISSUER, issuer=CLIENT_ID, options={"require": REQUIRED}
        )
    except jwt.PyJWTError as error:
        raise Refusal(401, "invalid_token", str(error)) from error
    except requests.RequestException as error:
        raise Refusal(503, "temporarily_unavailable", "The tool's JWKS is not to be had.") from error
    expected = {"message_type": "LtiDeepLinkingResponse", "version": "1.3.0", "deployment_id": DEPLOYMENT_ID}
    for name, value in expected.items():
        if claims.get(CLAIM + name) != value:
            raise Refusal(400, "bad_request", name)
    if not use_once(school().sessions, "dl-nonce", str(claims["nonce"]), at=now(), keep=KEEP):
        raise Refusal(409, "conflict", "This answer came already.")
    return claims
