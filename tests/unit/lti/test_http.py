import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lms.lti.errors import AddressRefused, LaunchRefused, PlatformUnreachable
from lms.lti.http import PlatformHttp
from lms.lti.jwks import JwksCache
from lms.lti.keys import public_jwk
from tests.unit.lti.tokens_made import PEM

Reply = Callable[[BaseHTTPRequestHandler], None]
NOW = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)


@contextmanager
def server(reply: Reply) -> Iterator[str]:
    """A web server on a free loopback port that answers each GET by `reply`; gives `host:port`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply(self)

        def log_message(self, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        httpd.server_close()


def answering(status: int, body: bytes, **headers: str) -> Reply:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return reply


def test_answer_comes_from_a_trusted_address_only() -> None:
    with server(answering(200, b"hello")) as origin:
        url = f"http://{origin}/"

        assert PlatformHttp().get(url, trusted=frozenset({origin})).body == b"hello"
        with pytest.raises(AddressRefused):
            PlatformHttp().get(url)


def test_redirect_is_not_followed() -> None:
    with server(answering(302, b"", Location="http://127.0.0.1:1/")) as origin:
        assert PlatformHttp().get(f"http://{origin}/", trusted=frozenset({origin})).status == 302


def test_big_answer_is_not_read() -> None:
    with server(answering(200, b"x" * 5_000_000)) as origin, pytest.raises(PlatformUnreachable, match="too big"):
        PlatformHttp().get(f"http://{origin}/", trusted=frozenset({origin}))


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(PlatformUnreachable):
            PlatformHttp().get(f"http://{origin}/", trusted=frozenset({origin}))


def test_server_that_keeps_silent_is_left_after_seconds() -> None:
    started = time.monotonic()
    with server(lambda request: time.sleep(8)) as origin, pytest.raises(PlatformUnreachable, match="in time"):
        PlatformHttp().get(f"http://{origin}/", trusted=frozenset({origin}))

    assert time.monotonic() - started < 15


def test_server_that_drips_its_headers_is_left_after_seconds() -> None:
    over = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        with contextlib.suppress(OSError):  # the caller has gone, as it should
            while not over.wait(0.5):
                request.wfile.write(b"X-More: x\r\n")
                request.wfile.flush()

    started = time.monotonic()
    with server(drip) as origin, pytest.raises(PlatformUnreachable):
        PlatformHttp().get(f"http://{origin}/", trusted=frozenset({origin}))
    over.set()

    assert time.monotonic() - started < 15


def test_unknown_kids_cause_one_fetch_a_minute() -> None:
    served: list[str] = []
    jwks = json.dumps({"keys": [public_jwk(PEM, "k1")]}).encode()

    def reply(request: BaseHTTPRequestHandler) -> None:
        served.append(request.path)
        answering(200, jwks)(request)

    with server(reply) as origin:
        cache, url, trusted = JwksCache(PlatformHttp()), f"http://{origin}/jwks", frozenset({origin})
        known = cache.key(url, "k1", trusted=trusted, at=NOW)
        unknown = [cache.key(url, f"junk-{n}", trusted=trusted, at=NOW) for n in range(100)]
        later = cache.key(url, "k2", trusted=trusted, at=NOW + timedelta(minutes=2))

    assert known is not None
    assert set(unknown) == {None}
    assert later is None
    assert served == ["/jwks", "/jwks"]


def test_keys_are_kept_for_a_day_when_the_platform_is_down() -> None:
    jwks = json.dumps({"keys": [public_jwk(PEM, "k1")]}).encode()
    cache = JwksCache(PlatformHttp())
    with server(answering(200, jwks)) as origin:
        url, trusted = f"http://{origin}/jwks", frozenset({origin})
        first = cache.key(url, "k1", trusted=trusted, at=NOW)

    assert first is not None
    assert cache.key(url, "k1", trusted=trusted, at=NOW + timedelta(hours=23)) == first
    with pytest.raises(LaunchRefused, match="keys"):
        cache.key(url, "k1", trusted=trusted, at=NOW + timedelta(hours=25))
