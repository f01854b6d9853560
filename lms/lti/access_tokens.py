"""Access tokens for a platform's services (IMS Security Framework 1.0, 4.1: client credentials with a signed JWT)."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import jwt

from lms.lti.errors import MalformedLaunch, PlatformBusy, TokenRefused
from lms.lti.http import Answer, PlatformHttp
from lms.lti.json_limits import parse_object
from lms.lti.keys import private_key
from lms.lti.vocabulary import CLIENT_ASSERTION_TYPE

BACKDATE = timedelta(seconds=60)
"""Our tokens' iat lies this far back: a platform whose clock is behind ours would refuse them as from the future."""
ASSERTION_LIFETIME = timedelta(minutes=5)
MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours with its name in our JWKS."""

    kid: str
    pem: str


@dataclass(frozen=True, slots=True)
class PlatformClient:
    """What calling a platform's services takes. `trusted`: the registration's own hosts as `host:port`."""

    client_id: str
    token_url: str
    trusted: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    usable_until: datetime


class AccessTokens:
    """Tokens in memory, each for one client of one platform and one set of scopes."""

    def __init__(self, http: PlatformHttp) -> None:
        self._http = http
        self._kept: dict[tuple[PlatformClient, frozenset[str]], _Token] = {}
        self._lock = threading.Lock()

    def get(self, client: PlatformClient, key: SigningKey, scopes: frozenset[str], *, at: datetime) -> str:
        """A token that is good for a while. Raises PlatformUnreachable and PlatformBusy (try again), TokenRefused."""
        with self._lock:
            kept = self._kept.get((client, scopes))
        if kept is not None and at < kept.usable_until:
            return kept.value
        token = self._request(client, key, scopes, at)
        with self._lock:
            self._kept[client, scopes] = token
        return token.value

    def forget(self, client: PlatformClient) -> None:
        """Let go of all tokens of a client: the platform did not take one."""
        with self._lock:
            for kept in [kept for kept in self._kept if kept[0] == client]:
                del self._kept[kept]

    def _request(self, client: PlatformClient, key: SigningKey, scopes: frozenset[str], at: datetime) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": CLIENT_ASSERTION_TYPE,
            "client_assertion": client_assertion(client, key, at=at),
            "scope": " ".join(sorted(scopes)),
        }
        headers = {"Accept": "application/json"}
        answer = self._http.post(client.token_url, form, trusted=client.trusted, headers=headers)
        if is_busy(answer):
            raise PlatformBusy(answer.host, answer.status)
        try:
            content = parse_object(answer.body, "token")
        except MalformedLaunch:
            raise TokenRefused(answer.host, f"HTTP {answer.status}, {answer.excerpt(80)}") from None
        value = content.get("access_token")
        if answer.status not in (200, 201) or not isinstance(value, str) or not value.isprintable() or not value:
            raise TokenRefused(answer.host, f"HTTP {answer.status}, {answer.excerpt(120)}")
        return _Token(value, at + _lifetime(content.get("expires_in")) - MARGIN)


def client_assertion(client: PlatformClient, key: SigningKey, *, at: datetime) -> str:
    """The signed JWT by which we are known to the platform's token endpoint (RFC 7523, 3)."""
    claims = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": client.token_url,
        "iat": int((at - BACKDATE).timestamp()),
        "exp": int((at + ASSERTION_LIFETIME).timestamp()),
        "jti": uuid4().hex,
    }
    return jwt.encode(claims, private_key(key.pem), algorithm="RS256", headers={"kid": key.kid})


def is_busy(answer: Answer) -> bool:
    """Whether the platform asks us to come later: 408, 425, 429, 5xx, or a 403 of Canvas' rate limit."""
    is_limited = answer.status == 403 and answer.headers.get("x-rate-limit-remaining", "").startswith("0")
    return answer.status in (408, 425, 429) or answer.status >= 500 or is_limited


def _lifetime(expires_in: object) -> timedelta:
    """What `expires_in` says in whatever type; without a usable number the token serves this one call."""
    try:
        return timedelta(seconds=min(max(int(str(expires_in)), 0), 86_400))
    except ValueError:
        return timedelta(0)
