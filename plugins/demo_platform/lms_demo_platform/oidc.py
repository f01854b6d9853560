"""The platform's side of an LTI 1.3 sign-in: it says who clicked, to the tool alone, once.

IMS Security Framework 1.0, 5.1.1; OpenID Connect Core, 3.2 (implicit flow with form_post).
"""

import json
from datetime import datetime, timedelta

import jwt
from flask import Blueprint, Response, jsonify, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms_demo_platform import picking
from lms_demo_platform.config import CLIENT_ID, DEPLOYMENT_ID, ISSUER, SchoolConfig
from lms_demo_platform.language import choose_locale
from lms_demo_platform.links import find_link
from lms_demo_platform.refusals import Refusal
from lms_demo_platform.school import CONTEXT_ID, CONTEXT_TITLE, SchoolPerson
from lms_demo_platform.scopes import AGS_SCOPES
from lms_demo_platform.site import now, school, signed_in
from lms_demo_platform.store import signing_key
from lms_demo_platform.tables import LineItem, PlatformLaunch

bp = Blueprint("oidc", __name__, url_prefix="/oidc")
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LIFETIME = timedelta(seconds=60)
LAUNCH_LIFETIME = timedelta(minutes=5)
FIXED = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}


@bp.get("/jwks")
def jwks() -> Response:
    """Our public keys."""
    with school().sessions() as session:
        kid, key = signing_key(session)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return jsonify(keys=[{"kty": "RSA", "n": public["n"], "e": public["e"], "kid": kid, "use": "sig", "alg": "RS256"}])


@bp.route("/auth", methods=["GET", "POST"])
def auth() -> str:
    """Answer the tool's question by a form that posts an id_token, or an error, to its redirect_uri."""
    asked = request.values
    redirect_uri = f"{school().config.tool_public_url}/lti/launch"
    if asked.get("client_id") != CLIENT_ID:
        raise Refusal(400, "unauthorized_client", "The school knows no such tool.")
    if asked.get("redirect_uri") != redirect_uri:
        raise Refusal(400, "invalid_request", "The redirect_uri is not one of those registered.")
    fields = {"state": asked.get("state", "")}
    try:
        _check_question()
        fields["id_token"] = _id_token(asked["nonce"], asked.get("login_hint", ""), asked.get("lti_message_hint", ""))
    except Refusal as refusal:
        fields |= {"error": refusal.error, "error_description": refusal.detail}
    return render_template("school/post.html", action=redirect_uri, fields=fields)


def _check_question() -> None:
    for name, value in FIXED.items():
        if request.values.get(name) != value:
            raise Refusal(400, "invalid_request", f"{name} must be {value}.")
    if not request.values.get("nonce"):
        raise Refusal(400, "invalid_request", "The nonce is missing.")


def _id_token(nonce: str, login_hint: str, message_hint: str) -> str:
    person = signed_in()
    if person is None or person.id != login_hint:
        raise Refusal(401, "login_required", "Nobody, or somebody else, is signed in to the school in this browser.")
    with school().sessions.begin() as session:
        launch = _take_launch(session, message_hint, person, now())
        claims = _person_claims(school().config, person, is_framed=launch.is_framed, at=now())
        if launch.link_id:
            claims |= _link_claims(session, launch.link_id)
        else:
            claims |= _picking_claims(launch.id)
        kid, key = signing_key(session)
    return jwt.encode({**claims, "nonce": nonce}, key, algorithm="RS256", headers={"kid": kid})


def _take_launch(session: Session, message_hint: str, person: SchoolPerson, at: datetime) -> PlatformLaunch:
    """The click that this sign-in belongs to; each is good for one sign-in."""
    try:
        launch = session.get(PlatformLaunch, str(json.loads(message_hint)["launchid"]))
    except (ValueError, TypeError, KeyError):
        launch = None
    if launch is None or launch.person_id != person.id:
        raise Refusal(400, "invalid_request", "The school knows nothing of this launch.")
    if launch.used_at is not None or at - launch.created_at > LAUNCH_LIFETIME:
        raise Refusal(400, "invalid_request", "The launch was used already or is too old: click the link again.")
    launch.used_at = at
    return launch


def _person_claims(config: SchoolConfig, person: SchoolPerson, *, is_framed: bool, at: datetime) -> dict[str, object]:
    """What every message says: who, where, and by which services more is to be had."""
    issued = int(at.timestamp())
    return {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": person.id,
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "locale": choose_locale(),
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": DEPLOYMENT_ID,
        CLAIM + "target_link_uri": f"{config.tool_public_url}/lti/launch",
        CLAIM + "roles": [ROLE + ("Instructor" if person.is_teacher else "Learner")],
        CLAIM + "context": {"id": CONTEXT_ID, "title": CONTEXT_TITLE, "type": ["CourseSection"]},
        CLAIM + "tool_platform": {"guid": "school.localhost", "name": "Школа № 7", "product_family_code": "school-7"},
        CLAIM + "launch_presentation": {
            "document_target": "iframe" if is_framed else "window",
            "return_url": f"{config.public_url}/course",
            "locale": choose_locale(),
        },
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": f"{config.internal_url}/nrps/{CONTEXT_ID}/memberships",
            "service_versions": ["2.0"],
        },
    }


def _link_claims(session: Session, link_id: str) -> dict[str, object]:
    """A click on a link; its column is named when it has one."""
    link = find_link(session, link_id)
    if link is None:
        raise Refusal(400, "invalid_request", "The link is gone.")
    line_items = f"{school().config.internal_url}/ags/{CONTEXT_ID}/lineitems"
    endpoint: dict[str, object] = {"scope": sorted(AGS_SCOPES), "lineitems": f"{line_items}?type_id=1"}
    line_item = session.scalars(select(LineItem).where(LineItem.link_id == link.id)).one_or_none()
    if line_item is not None:
        endpoint["lineitem"] = f"{line_items}/{line_item.id}/lineitem?type_id=1"
    return {
        CLAIM + "message_type": "LtiResourceLinkRequest",
        CLAIM + "resource_link": {"id": link.id, "title": str(link.title)},
        CLAIM + "custom": dict(link.custom),
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": endpoint,
    }


def _picking_claims(launch_id: str) -> dict[str, object]:
    return {
        CLAIM + "message_type": "LtiDeepLinkingRequest",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": picking.settings(launch_id),
    }
