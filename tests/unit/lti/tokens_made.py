"""A platform's side of a launch, for tests: a key, its JWKS entry, and id_tokens that can be made wrong on purpose."""

import json
from datetime import UTC, datetime
from typing import Any

import jwt

from lms.lti.keys import new_private_key, private_key
from lms.lti.vocabulary import DEPLOYMENT_ID, MESSAGE_TYPE, RESOURCE_LINK, ROLES, TARGET_LINK_URI, VERSION

NOW = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)
PEM, OTHER_PEM = new_private_key(), new_private_key()
KID = "platform-key"
ISSUER, CLIENT_ID, NONCE = "https://school.example", "tool-1", "nonce-of-this-login"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
ABSENT = object()


def claims(**changed: Any) -> dict[str, Any]:
    """A good resource link launch; `claims(sub=ABSENT)` leaves one out. Long names go by the dict of `changed`."""
    now = int(NOW.timestamp())
    good = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "pupil-7",
        "nonce": NONCE,
        "iat": now,
        "exp": now + 60,
        "name": "Аня Соколова",
        VERSION: "1.3.0",
        MESSAGE_TYPE: "LtiResourceLinkRequest",
        DEPLOYMENT_ID: "1",
        TARGET_LINK_URI: "https://lms.example/lti/launch",
        RESOURCE_LINK: {"id": "link-1", "title": "Данные для каждого"},
        ROLES: [LEARNER],
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not ABSENT}


def token(payload: dict[str, Any], *, pem: str = PEM, headers: dict[str, Any] | None = None) -> str:
    """Signed whatever the claims are; PyJWT's own encoder of claims refuses some wrong ones."""
    shown = {"kid": KID} if headers is None else headers
    return jwt.PyJWS().encode(json.dumps(payload).encode(), private_key(pem), algorithm="RS256", headers=shown)
