"""What the tool may do here (AGS 2.0, NRPS 2.0), and the check of a bearer token."""

import hashlib
from datetime import datetime

from flask import request

from lms_demo_platform.refusals import Refusal
from lms_demo_platform.site import school
from lms_demo_platform.tables import AccessToken

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM, SCORE, RESULT = _AGS + "lineitem", _AGS + "score", _AGS + "result.readonly"
AGS_SCOPES = frozenset({LINE_ITEM, SCORE, RESULT})
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = AGS_SCOPES | {MEMBERS}


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def must_hold(scope: str, *, at: datetime) -> None:
    """Raises Refusal: 401 without a living token, 403 when it lacks the scope."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    with school().sessions() as session:
        known = session.get(AccessToken, token_hash(token)) if kind == "Bearer" and token else None
    if known is None or known.expires_at <= at:
        raise Refusal(401, "invalid_token", "The access token is missing, unknown or expired.")
    if scope not in known.scopes.split():
        raise Refusal(403, "insufficient_scope", f"The access token lacks {scope}.")
