"""Our server's calls to platforms: short, bounded, no redirects, no surprises about where they go."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from lms.lti.addresses import origin, public_address
from lms.lti.errors import PlatformUnreachable

CONNECT_SECONDS = 3.05
READ_SECONDS = 5.0
TOTAL_SECONDS = 10.0
MAX_ANSWER = 256 * 1024
USER_AGENT = "lms-lti-tool/0.1"
"""Always sent: Moodle answers 403 without one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to the end."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def excerpt(self, limit: int = 200) -> str:
        """The start of the body as one line of text, for a reason that people read."""
        return " ".join(self.body[: limit * 4].decode(errors="replace").split())[:limit]


class PlatformHttp:
    """One client for all calls, for any number of threads. Hosts in `trusted` (`host:port`) may have private
    addresses, since an administrator typed them; all others must be on the public internet.
    """

    def get(
        self,
        url: str,
        *,
        trusted: frozenset[str] = frozenset(),
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_ANSWER,
    ) -> Answer:
        """Raises PlatformUnreachable, AddressRefused; any HTTP status is an answer."""
        return _send("GET", url, trusted, headers or {}, None, max_bytes)

    def post(
        self,
        url: str,
        body: bytes | Mapping[str, str],
        *,
        trusted: frozenset[str] = frozenset(),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`body`: bytes, or a form. Raises as `get`."""
        return _send("POST", url, trusted, headers or {}, body)


def _send(
    method: str,
    url: str,
    trusted: frozenset[str],
    headers: Mapping[str, str],
    body: bytes | Mapping[str, str] | None,
    max_bytes: int = MAX_ANSWER,
) -> Answer:
    host = urlsplit(url).netloc
    adapter = _TrustedAdapter() if origin(url) in trusted else _GuardedAdapter()
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with (
            _cut_after(TOTAL_SECONDS),
            _session(adapter) as session,
            session.request(
                method,
                url,
                data=body,
                headers=dict(headers),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return Answer(
                host,
                response.status_code,
                response.headers,
                _read(response, host, deadline, max_bytes),
            )
    except (requests.Timeout, urllib3.exceptions.TimeoutError):
        raise PlatformUnreachable(host, "no answer in time") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise PlatformUnreachable(host, type(error).__name__) from error


def _session(adapter: HTTPAdapter) -> requests.Session:
    """A session a call: cookies and connections of one platform must not meet another's, nor threads each other.
    Proxies and .netrc of the environment stay out, so that no password of the machine leaves with a call.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _read(response: requests.Response, host: str, deadline: float, max_bytes: int) -> bytes:
    """By whatever arrives, so that a server which drips a byte a second cannot hold us past the deadline."""
    if time.monotonic() > deadline:  # a cut connection looks like the end of the headers
        raise PlatformUnreachable(host, "no answer in time")
    chunks, size = [], 0
    while chunk := response.raw.read1(MAX_ANSWER, decode_content=False):
        chunks.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            raise PlatformUnreachable(host, "the answer is too big")
        if time.monotonic() > deadline:
            raise PlatformUnreachable(host, "no answer in time")
    return b"".join(chunks)


_opened: ContextVar[list[socket.socket]] = ContextVar("_opened")


@contextmanager
def _cut_after(seconds: float) -> Iterator[None]:
    """Shut down every connection opened inside once this time has passed.

    Time-outs of a socket begin anew with each byte, so a server that drips its headers would hold us for ever. What is
    shut down is a duplicate: TLS takes the first file descriptor over.
    """
    opened: list[socket.socket] = []
    token = _opened.set(opened)
    timer = threading.Timer(seconds, _shut, [opened])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _opened.reset(token)
        for one in opened:
            one.close()


def _shut(connections: list[socket.socket]) -> None:
    for connection in connections:
        with contextlib.suppress(OSError):  # it ended by itself
            connection.shutdown(socket.SHUT_RDWR)


class _Bounded(HTTPConnection):
    """Known to `_cut_after`."""

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        _opened.get().append(connection.dup())
        return connection


class _BoundedTls(_Bounded, HTTPSConnection):
    pass


class _Guard(_Bounded):
    """Connects to the address that was checked; the host's name stays, for TLS and for the Host header."""

    def _new_conn(self) -> socket.socket:
        name = self.host
        self.host = public_address(name, self.port)
        try:
            return super()._new_conn()
        finally:
            self.host = name


class _GuardedTls(_Guard, HTTPSConnection):
    pass


class _BoundedPool(HTTPConnectionPool):
    ConnectionCls = _Bounded


class _BoundedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedTls


class _GuardedPool(HTTPConnectionPool):
    ConnectionCls = _Guard


class _GuardedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class _TrustedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # handed through as it came
        self.poolmanager.pool_classes_by_scheme = {
            "http": _BoundedPool,
            "https": _BoundedTlsPool,
        }


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # handed through as it came
        self.poolmanager.pool_classes_by_scheme = {
            "http": _GuardedPool,
            "https": _GuardedTlsPool,
        }
