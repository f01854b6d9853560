"""An LTI 1.3 id_token: believed only when everything that the security framework asks for is there and right.

IMS Security Framework 1.0, 5.1.3 (authentication response validation); LTI 1.3 core, 5.3 (required claims).
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lms.lti.errors import LaunchRefused, LaunchTooOld, MalformedLaunch
from lms.lti.json_limits import parse_object
from lms.lti.text import is_known_id, is_plain_id
from lms.lti.vocabulary import (
    DEPLOYMENT_ID,
    LTI_1_3,
    MESSAGE_TYPE,
    ROLES,
    VERSION,
)

LEEWAY_SECONDS = 60
"""Clocks of schools differ; a tool one second behind its platform would refuse every launch without this."""
MAX_AGE_SECONDS = 600
MAX_LIFETIME_SECONDS = 65 * 60
MAX_TOKEN = 60_000
MAX_ROLES = 200
KeyOf = Callable[[str], RSAPublicKey | None]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say, known before it came: the registration's ids and the nonce of this very login."""

    issuer: str
    client_id: str
    nonce: str


def verify(token: str, expected: Expected, key_of: KeyOf, *, at: datetime) -> Mapping[str, object]:
    """The token's claims, when the platform's key signed it for us, now, for this login. They have what every message
    has; what this one needs besides, the table of messages knows (messages.py).

    `key_of` gives the platform's public key for a `kid`, or None. Raises MalformedLaunch, LaunchRefused, LaunchTooOld.
    """
    claims = _signed_claims(token, key_of)
    _check_addressee(claims, expected)
    _check_times(claims, at)
    _check_message(claims)
    return claims


def _signed_claims(token: str, key_of: KeyOf) -> dict[str, object]:
    """Each part is decoded once; PyJWT's own `decode` looks at every character in Python, twice."""
    if len(token) > MAX_TOKEN:
        raise MalformedLaunch("id_token: too long")
    if not _JWS.fullmatch(token):
        raise MalformedLaunch("id_token: not a JWT")
    signed, _, mark = token.rpartition(".")
    head, _, body = signed.partition(".")
    header = parse_object(_decoded(head), "id_token: not a JWT")
    if header.get("alg") != "RS256":
        raise LaunchRefused("alg")
    if "crit" in header:  # RFC 7515, 4.1.11: an extension that we do not know must not be passed over
        raise LaunchRefused("crit")
    kid = header.get("kid")
    if not isinstance(kid, str) or not is_plain_id(kid):
        raise LaunchRefused("kid")
    key = key_of(kid)
    if key is None:
        raise LaunchRefused("unknown kid")
    if not _RS256.verify(signed.encode(), key, _decoded(mark)):
        raise LaunchRefused("signature")
    return parse_object(_decoded(body), "id_token: no claims, or too deep")


def _decoded(part: str) -> bytes:
    """Of unpadded base64url, whose alphabet `_JWS` has checked."""
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise MalformedLaunch("id_token: not a JWT") from None


_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_RS256 = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
"""The one algorithm: which one a token is signed with is not for the token to say."""


def _check_addressee(claims: Mapping[str, object], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise LaunchRefused("iss")
    audience, azp = claims.get("aud"), claims.get("azp")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise LaunchRefused("aud")
    if azp is None and len(audiences) > 1:
        raise LaunchRefused("azp missing")
    if azp is not None and azp != expected.client_id:
        raise LaunchRefused("azp")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(errors="replace"), expected.nonce.encode()):
        raise LaunchRefused("nonce")


def _check_times(claims: Mapping[str, object], at: datetime) -> None:
    now = at.timestamp()
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if issued > now + LEEWAY_SECONDS:
        raise LaunchRefused("iat is in the future")
    if expires < now - LEEWAY_SECONDS or issued < now - MAX_AGE_SECONDS:
        raise LaunchTooOld("exp")
    if expires - issued > MAX_LIFETIME_SECONDS:
        raise LaunchRefused("lifetime")
    if "nbf" in claims and _seconds(claims, "nbf") > now + LEEWAY_SECONDS:
        raise LaunchRefused("nbf")


def _seconds(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        raise MalformedLaunch(name)
    return float(value)


def _check_message(claims: Mapping[str, object]) -> None:
    if claims.get(VERSION) != LTI_1_3:
        raise MalformedLaunch("version")
    if not is_plain_id(claims.get(MESSAGE_TYPE)):
        raise MalformedLaunch("message_type")
    for name, value in (("sub", claims.get("sub")), ("deployment_id", claims.get(DEPLOYMENT_ID))):
        if not is_known_id(value):
            raise MalformedLaunch(name)
    roles = claims.get(ROLES)
    if not isinstance(roles, list) or len(roles) > MAX_ROLES or not all(isinstance(role, str) for role in roles):
        raise MalformedLaunch("roles")
