"""Platforms' keys over real HTTP: what is fetched, when, and what a platform that misbehaves can do."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lms.lti.errors import LaunchRefused
from lms.lti.http import PlatformHttp
from lms.lti.jwks import JwksCache
from lms.lti.keys import new_private_key, public_jwk
from tests.unit.lti.tokens_made import KID, NOW, OTHER_PEM, PEM

Answer = tuple[int, dict[str, str], bytes]


def key_set(**keys: str) -> Answer:
    return 200, {}, json.dumps({"keys": [public_jwk(pem, kid) for kid, pem in keys.items()]}).encode()


GOOD = key_set(**{KID: PEM})
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Served:
    """A JWKS whose next answers the test chooses; `fetches` counts."""

    url: str = ""
    trusted: frozenset[str] = frozenset()
    answer: Answer = GOOD
    fetches: int = 0
    hold: threading.Event = field(default_factory=threading.Event)

    def find(self, cache: JwksCache, kid: str, *, minutes: float = 0) -> bool:
        return cache.key(self.url, kid, trusted=self.trusted, at=NOW + minutes * MINUTE) is not None


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as one:
        yield one


@contextmanager
def serving() -> Iterator[Served]:
    one = Served()
    one.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            one.fetches += 1
            one.hold.wait(20)
            status, headers, body = one.answer
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # the reader had enough

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.url = f"http://127.0.0.1:{server.server_port}/jwks"
    one.trusted = frozenset({f"127.0.0.1:{server.server_port}"})
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def cache() -> JwksCache:
    return JwksCache(PlatformHttp())


@pytest.mark.case("X22")
def test_rotated_key_is_fetched_once(served: Served, cache: JwksCache) -> None:
    assert served.find(cache, KID)
    served.answer = key_set(new=OTHER_PEM)

    assert served.find(cache, "new", minutes=2)
    assert served.find(cache, "new", minutes=2)
    assert served.fetches == 2
    assert not served.find(cache, KID, minutes=2)


@pytest.mark.case("X23")
def test_thousand_random_kids_fetch_once_a_minute(served: Served, cache: JwksCache) -> None:
    assert served.find(cache, KID)

    for number in range(1000):
        assert not served.find(cache, secrets.token_hex(8), minutes=number / 500)
    assert served.fetches == 2
    assert served.find(cache, KID, minutes=2)


@pytest.mark.case("X24")
@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b""), (200, {}, b"<html>maintenance</html>"), (200, {}, b"{" + b" " * 5_000_000 + b"}"),
        (302, {"Location": "http://169.254.169.254/latest"}, b""), (200, {}, b'{"keys": []}'), (200, {}, b""),
    ],
)  # fmt: skip
def test_keys_are_kept_for_a_day_while_the_platform_is_broken(served: Served, cache: JwksCache, answer: Answer) -> None:
    assert served.find(cache, KID)
    served.answer = answer
    is_empty_set = b'"keys"' in answer[2]

    assert served.find(cache, KID, minutes=90) is not is_empty_set
    if is_empty_set:
        assert not served.find(cache, KID, minutes=25 * 60)
    else:
        with pytest.raises(LaunchRefused, match="keys"):
            served.find(cache, KID, minutes=25 * 60)


@pytest.mark.case("X24")
def test_known_key_serves_while_another_launch_waits_for_a_slow_platform(served: Served, cache: JwksCache) -> None:
    assert served.find(cache, KID)
    served.hold.clear()
    waiting = threading.Thread(target=served.find, args=(cache, KID), kwargs={"minutes": 90})
    waiting.start()
    until(lambda: served.fetches == 2)

    assert served.find(cache, KID, minutes=90)
    assert waiting.is_alive()
    served.hold.set()
    waiting.join()


@pytest.mark.case("X24")
def test_private_address_that_nobody_named_is_not_called(served: Served, cache: JwksCache) -> None:
    with pytest.raises(LaunchRefused):
        cache.key(served.url, KID, trusted=frozenset(), at=NOW)
    assert served.fetches == 0
    assert served.find(JwksCache(PlatformHttp()), KID)


def test_keys_that_cannot_verify_are_passed_over(served: Served, cache: JwksCache) -> None:
    good = public_jwk(PEM, KID)
    odd = [{**good, "kid": "enc", "use": "enc"}, {**good, "kid": "ec", "kty": "EC"}, {**good, "kid": 7}, "x", {}]
    served.answer = (200, {}, json.dumps({"keys": [*odd, good, public_jwk(new_private_key(), "second")]}).encode())

    assert served.find(cache, KID)
    assert served.find(cache, "second")
    assert not served.find(cache, "enc")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
