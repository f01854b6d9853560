"""Assignment and Grade Services 2.0, the part that sends scores; and the access token it needs.

https://www.imsglobal.org/spec/lti-ags/v2p0 · IMS Security Framework 1.0, 4.1 (client credentials with a signed JWT).
"""

import json
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import jwt

from lms.lti.addresses import origin
from lms.lti.errors import (
    AddressRefused,
    MalformedLaunch,
    PlatformBusy,
    PlatformRefused,
    TokenRefused,
)
from lms.lti.http import Answer, PlatformHttp
from lms.lti.json_limits import parse_object
from lms.lti.keys import private_key
from lms.lti.vocabulary import CLIENT_ASSERTION_TYPE, SCOPE_SCORE, SCORE_TYPE

BACKDATE = timedelta(seconds=60)
"""Our tokens' iat lies this far back: a platform whose clock is behind ours would refuse them as from the future."""
ASSERTION_LIFETIME = timedelta(minutes=5)
TOKEN_MARGIN = timedelta(seconds=60)


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
class Score:
    """What a person reached; `given` and `maximum` in points. `sent_at`: whole seconds, later than every one before."""

    subject: str
    given: Decimal
    maximum: Decimal
    sent_at: datetime

    def to_json(self) -> bytes:
        """AGS 2.0, 3.4.6. Points of 0 are points: left out they would erase the grade on some platforms."""
        return json.dumps(
            {
                "userId": self.subject,
                "scoreGiven": float(self.given),
                "scoreMaximum": float(self.maximum),
                "activityProgress": "Completed",
                "gradingProgress": "FullyGraded",
                "timestamp": self.sent_at.isoformat(timespec="milliseconds"),
            }
        ).encode()


def next_timestamp(now: datetime, last: datetime | None) -> datetime:
    """A time for the next score of a person and line item: whole seconds, strictly after `last`.

    Platforms compare by the second and refuse what is not later; when two scores fall into one second, the answer
    lies up to a second ahead of `now`, and the caller waits for it, since a time in the future can block later scores.
    """
    this_second = now.replace(microsecond=0)
    return this_second if last is None or last < this_second else last + timedelta(seconds=1)


def scores_url(line_item: str) -> str:
    """The scores service of a line item: the path is extended, the query stays (Moodle's ids carry `?type_id=1`)."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/scores", fragment=""))


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


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    usable_until: datetime


class AgsClient:
    """Sends scores; keeps access tokens in memory, each for one client of one platform and one set of scopes."""

    def __init__(self, http: PlatformHttp) -> None:
        self._http = http
        self._tokens: dict[tuple[PlatformClient, frozenset[str]], _Token] = {}
        self._lock = threading.Lock()

    def post_score(
        self,
        client: PlatformClient,
        key: SigningKey,
        line_item: str,
        score: Score,
        *,
        at: datetime,
    ) -> None:
        """Returns when the platform has taken the score.

        Raises PlatformUnreachable and PlatformBusy (try again), TokenRefused, PlatformRefused, AddressRefused (final).
        """
        if origin(line_item) not in client.trusted:
            raise AddressRefused(urlsplit(line_item).netloc)
        answer = self._post(client, key, line_item, score, at)
        if answer.status == 401:
            self._forget(client)
            answer = self._post(client, key, line_item, score, at)
        _raise_for_status(answer)

    def _post(
        self,
        client: PlatformClient,
        key: SigningKey,
        line_item: str,
        score: Score,
        at: datetime,
    ) -> Answer:
        token = self._token(client, key, frozenset({SCOPE_SCORE}), at)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": SCORE_TYPE}
        return self._http.post(
            scores_url(line_item),
            score.to_json(),
            trusted=client.trusted,
            headers=headers,
        )

    def _token(
        self,
        client: PlatformClient,
        key: SigningKey,
        scopes: frozenset[str],
        at: datetime,
    ) -> str:
        with self._lock:
            kept = self._tokens.get((client, scopes))
        if kept is not None and at < kept.usable_until:
            return kept.value
        token = self._request_token(client, key, scopes, at)
        with self._lock:
            self._tokens[client, scopes] = token
        return token.value

    def _request_token(
        self,
        client: PlatformClient,
        key: SigningKey,
        scopes: frozenset[str],
        at: datetime,
    ) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": CLIENT_ASSERTION_TYPE,
            "client_assertion": client_assertion(client, key, at=at),
            "scope": " ".join(sorted(scopes)),
        }
        answer = self._http.post(
            client.token_url,
            form,
            trusted=client.trusted,
            headers={"Accept": "application/json"},
        )
        if _is_busy(answer):
            raise PlatformBusy(answer.host, answer.status)
        try:
            content = parse_object(answer.body, "token")
        except MalformedLaunch:
            raise TokenRefused(answer.host, f"HTTP {answer.status}, {answer.excerpt(80)}") from None
        value = content.get("access_token")
        if answer.status not in (200, 201) or not isinstance(value, str) or not value.isprintable() or not value:
            raise TokenRefused(answer.host, f"HTTP {answer.status}, {answer.excerpt(120)}")
        return _Token(value, at + _lifetime(content.get("expires_in")) - TOKEN_MARGIN)

    def _forget(self, client: PlatformClient) -> None:
        with self._lock:
            for kept in [k for k in self._tokens if k[0] == client]:
                del self._tokens[kept]


def _lifetime(expires_in: object) -> timedelta:
    """What `expires_in` says in whatever type; without a usable number the token serves this one call."""
    try:
        return timedelta(seconds=min(max(int(str(expires_in)), 0), 86_400))
    except ValueError:
        return timedelta(0)


def _is_busy(answer: Answer) -> bool:
    is_limited = answer.status == 403 and answer.headers.get("x-rate-limit-remaining", "").startswith("0")
    return answer.status in (408, 425, 429) or answer.status >= 500 or is_limited


def _raise_for_status(answer: Answer) -> None:
    """409 is "not later than the one before" (Moodle, Open edX): a new try carries a new time."""
    if 200 <= answer.status < 300:
        return
    if _is_busy(answer) or answer.status == 409:
        raise PlatformBusy(answer.host, answer.status)
    raise PlatformRefused(answer.host, answer.status, answer.excerpt())
