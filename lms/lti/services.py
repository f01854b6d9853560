"""Calls to a platform's services with an access token: to the registration's own hosts, once again after a 401, paged."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lms.lti.access_tokens import AccessTokens, PlatformClient, SigningKey, is_busy
from lms.lti.addresses import origin
from lms.lti.errors import AddressRefused, PlatformBusy, PlatformConflict, PlatformRefused
from lms.lti.http import MAX_ANSWER, Answer, PlatformHttp

MAX_PAGES = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """As whom we call: a platform's client with the key that signs for it, the scopes asked for, and the time."""

    client: PlatformClient
    key: SigningKey
    scopes: frozenset[str]
    at: datetime


class PlatformServices:
    """One a process, for any number of threads.

    Every method raises PlatformUnreachable and PlatformBusy (try again), TokenRefused, PlatformRefused, AddressRefused
    (final). A URL of another host than the registration's gets no token of ours.
    """

    def __init__(self, http: PlatformHttp) -> None:
        self._http = http
        self.tokens = AccessTokens(http)

    def get(self, caller: Caller, url: str, *, accept: str, max_bytes: int = MAX_ANSWER) -> Answer:
        """An answer of the 200s."""
        return self._send(caller, url, lambda token: self._get(caller, url, token, accept, max_bytes))

    def post(self, caller: Caller, url: str, body: bytes, *, content_type: str) -> Answer:
        """An answer of the 200s. Raises PlatformConflict for 409."""
        return self._send(caller, url, lambda token: self._post(caller, url, token, body, content_type))

    def pages(
        self, caller: Caller, url: str, *, accept: str, limit: int = MAX_PAGES, max_bytes: int = MAX_ANSWER
    ) -> Iterator[Answer]:
        """The answer and what its `Link: rel="next"` leads to. Raises PlatformRefused for a loop and for too many."""
        seen: set[str] = set()
        following: str | None = url
        while following is not None:
            if following in seen or len(seen) >= limit:
                raise PlatformRefused(urlsplit(url).netloc, 200, f"its list has no end after {len(seen)} pages")
            seen.add(following)
            answer = self.get(caller, following, accept=accept, max_bytes=max_bytes)
            yield answer
            following = next_page(following, answer.headers)

    def _send(self, caller: Caller, url: str, send: Callable[[str], Answer]) -> Answer:
        if origin(url) not in caller.client.trusted:
            raise AddressRefused(urlsplit(url).netloc)
        answer = send(self._token(caller))
        if answer.status == 401:
            self.tokens.forget(caller.client)
            answer = send(self._token(caller))
        if 200 <= answer.status < 300:
            return answer
        if answer.status == 409:
            raise PlatformConflict(answer.host)
        if is_busy(answer):
            raise PlatformBusy(answer.host, answer.status)
        raise PlatformRefused(answer.host, answer.status, answer.excerpt())

    def _token(self, caller: Caller) -> str:
        return self.tokens.get(caller.client, caller.key, caller.scopes, at=caller.at)

    def _get(self, caller: Caller, url: str, token: str, accept: str, max_bytes: int) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return self._http.get(url, trusted=caller.client.trusted, headers=headers, max_bytes=max_bytes)

    def _post(self, caller: Caller, url: str, token: str, body: bytes, content_type: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
        return self._http.post(url, body, trusted=caller.client.trusted, headers=headers)


def with_query(url: str, **more: str) -> str:
    """The URL with these parameters in the place of its own of the same names; the others stay."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in more]
    return urlunsplit(parts._replace(query=urlencode([*kept, *more.items()])))


def next_page(url: str, headers: Mapping[str, str]) -> str | None:
    """Where the next page is (RFC 8288): case kept, a relative link resolved; None on the last page.

    Moodle writes typographic quotes and `&amp;` into the Link of line items; both are read as they were meant.
    """
    header = headers.get("Link", "").encode("latin-1", "replace").decode(errors="replace").translate(_QUOTES)
    for link in _LINK.finditer(header):
        relation = _RELATION.search(link[2])
        if relation is not None and "next" in relation[1].lower().split():
            return str(urljoin(url, link[1].replace("&amp;", "&")))
    return None


_LINK = re.compile(r"<([^>]*)>([^<]*)")
_RELATION = re.compile(r";\s*rel\s*=\s*\"?([^\";,]*)", re.IGNORECASE)
_QUOTES = str.maketrans({"“": '"', "”": '"'})
