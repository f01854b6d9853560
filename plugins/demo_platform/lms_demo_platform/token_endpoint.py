"""Access tokens for the tool, which proves itself by a signed JWT (RFC 7523; IMS Security Framework 1.0, 4.1.1)."""

import secrets
from datetime import timedelta
from typing import cast

import jwt
import requests
from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import delete

from lms_demo_platform.config import CLIENT_ID
from lms_demo_platform.refusals import Refusal
from lms_demo_platform.scopes import SCOPES, token_hash
from lms_demo_platform.site import now, school
from lms_demo_platform.store import use_once
from lms_demo_platform.tables import AccessToken
from lms_demo_platform.tool_keys import ToolKeys

bp = Blueprint("token_endpoint", __name__)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = timedelta(hours=1)
MAX_ASSERTION_LIFETIME = timedelta(minutes=10)


@bp.post("/oidc/token")
def token() -> Response:
    """client_credentials alone; scopes that we do not grant are left out."""
    form = request.form
    if form.get("grant_type") != "client_credentials":
        raise Refusal(400, "unsupported_grant_type")
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refusal(400, "invalid_request", "client_assertion_type")
    _verify(form.get("client_assertion", ""))
    granted = SCOPES & set(form.get("scope", "").split())
    if not granted:
        raise Refusal(400, "invalid_scope", "None of these scopes is granted to this tool.")
    value, at = secrets.token_urlsafe(32), now()
    with school().sessions.begin() as session:
        session.execute(delete(AccessToken).where(AccessToken.expires_at < at))
        session.add(
            AccessToken(token_hash=token_hash(value), scopes=" ".join(sorted(granted)), expires_at=at + LIFETIME)
        )
    return jsonify(
        access_token=value,
        token_type="Bearer",  # noqa: S106  # the kind of token, not one
        expires_in=int(LIFETIME.total_seconds()),
        scope=" ".join(sorted(granted)),
    )


def _verify(assertion: str) -> None:
    config = school().config
    keys = cast(ToolKeys, current_app.extensions["tool_keys"])
    try:
        kid = str(jwt.get_unverified_header(assertion).get("kid", ""))
        key = keys.find(kid)
        if key is None:
            raise Refusal(401, "invalid_client", "The tool's JWKS has no such key.")
        claims = jwt.decode(
            assertion,
            key,
            algorithms=["RS256"],
            audience=[config.token_url, f"{config.public_url}/oidc/token"],
            issuer=CLIENT_ID,
            subject=CLIENT_ID,
            options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
        )
    except jwt.PyJWTError as error:
        raise Refusal(401, "invalid_client", str(error)) from error
    except requests.RequestException as error:
        raise Refusal(503, "temporarily_unavailable", "The tool's JWKS is not to be had.") from error
    at = now()
    if claims["exp"] - at.timestamp() > MAX_ASSERTION_LIFETIME.total_seconds():
        raise Refusal(401, "invalid_client", "The assertion is valid for too long.")
    if not use_once(school().sessions, "jti", str(claims["jti"]), at=at, keep=MAX_ASSERTION_LIFETIME):
        raise Refusal(401, "invalid_client", "This assertion was used already.")
