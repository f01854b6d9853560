"""Platforms' public keys, kept in memory: a launch fetches them only when it must."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lms.errors import LmsError
from lms.lti.errors import LaunchRefused
from lms.lti.http import PlatformHttp
from lms.lti.keys import public_keys

REFETCH_AFTER = timedelta(minutes=1)
"""An unknown kid may be a rotated key or a stranger's junk: one fetch a minute serves the one and stops the other."""
FRESH = timedelta(hours=1)
USABLE = timedelta(hours=24)
"""Kept this long while the platform's JWKS is down."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _KeySet:
    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_usable(self, at: datetime) -> bool:
        """Fetched within the day."""
        return self.fetched_at is not None and at - self.fetched_at <= USABLE


class JwksCache:
    """One a process. Keyed by the JWKS URL; threads that need the same set wait for one fetch."""

    def __init__(self, http: PlatformHttp) -> None:
        self._http = http
        self._sets: dict[str, _KeySet] = {}
        self._lock = threading.Lock()

    def key(self, url: str, kid: str, *, trusted: frozenset[str], at: datetime) -> RSAPublicKey | None:
        """The platform's key with this kid, or None when its JWKS has none.

        Raises LaunchRefused when the JWKS is not to be had, nor kept from the last day.
        """
        with self._lock:
            found = self._sets.setdefault(url, _KeySet())
        known = found.keys.get(kid) if found.is_usable(at) else None
        if not found.lock.acquire(blocking=known is None):
            return known  # somebody asks the platform already, and may wait long: what we have will do
        try:
            if _must_fetch(found, kid, at):
                self._fetch(found, url, trusted, at)
            if not found.is_usable(at):
                raise LaunchRefused("the platform's keys cannot be fetched")
            return found.keys.get(kid)
        finally:
            found.lock.release()

    def _fetch(self, found: _KeySet, url: str, trusted: frozenset[str], at: datetime) -> None:
        found.tried_at = at
        try:
            answer = self._http.get(url, trusted=trusted, headers={"Accept": "application/json"})
            if answer.status != 200:
                log.warning("lti.jwks_not_fetched", host=answer.host, status=answer.status)
                return
            found.keys = public_keys(answer.body)
            found.fetched_at = at
        except LmsError as error:
            log.warning("lti.jwks_not_fetched", reason=str(error))


def _must_fetch(found: _KeySet, kid: str, at: datetime) -> bool:
    if found.tried_at is not None and abs(at - found.tried_at) < REFETCH_AFTER:
        return False
    is_fresh = found.fetched_at is not None and at - found.fetched_at < FRESH
    return not is_fresh or kid not in found.keys
