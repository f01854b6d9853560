"""A platform in the test's own hands: it can say anything, rightly signed or not."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from lms.clock import now
from lms.lti.keys import public_jwk
from lms.lti.vocabulary import DEPLOYMENT_ID, TARGET_LINK_URI
from tests.contract.lti.browsing import Browser
from tests.contract.lti.processes import World
from tests.unit.lti.tokens_made import KID, PEM, claims, token

DEPLOYMENT = "d-1"


@dataclass(frozen=True, slots=True)
class Login:
    """A login that the tool has answered: what it asked the platform."""

    browser: Browser
    state: str
    nonce: str


@dataclass(slots=True)
class OtherPlatform:
    """Registered with the tool under `issuer` and `client_id`."""

    world: World
    jwks_url: str
    issuer: str
    client_id: str
    keys: dict[str, str] = field(default_factory=lambda: {KID: PEM})

    def register(self) -> None:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.jwks_url))
        self.world.lms(
            "lti", "platform", "add", "--issuer", self.issuer, "--client-id", self.client_id,
            "--deployment-id", DEPLOYMENT, "--auth-url", f"{origin}/auth?tenant=7", "--token-url", f"{origin}/token",
            "--jwks-url", self.jwks_url,
        )  # fmt: skip

    @property
    def target(self) -> str:
        return f"{self.world.tool}/lti/launch"

    def ask(self, browser: Browser, **changed: str) -> requests.Response:
        """Start a login; the answer is not followed."""
        query = {
            "iss": self.issuer,
            "client_id": self.client_id,
            "login_hint": "7",
            "lti_message_hint": '{"launchid": "x&y"}',
            "target_link_uri": self.target,
            **changed,
        }
        return browser.session.get(f"{self.world.tool}/lti/login", params=query, allow_redirects=False, timeout=30)

    def login(self, browser: Browser | None = None) -> Login:
        browser = browser or Browser()
        answer = self.ask(browser)
        assert answer.status_code == 302, answer.text
        asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
        assert asked["tenant"] == "7"
        assert asked["lti_message_hint"] == '{"launchid": "x&y"}'
        assert asked["redirect_uri"] == self.target
        return Login(browser, asked["state"], asked["nonce"])

    def claims(self, login: Login, **changed: Any) -> dict[str, Any]:
        """A good launch for this login, changed as wished."""
        issued = int(now().timestamp())
        good = {
            "iss": self.issuer,
            "aud": self.client_id,
            "nonce": login.nonce,
            "iat": issued,
            "exp": issued + 60,
            DEPLOYMENT_ID: DEPLOYMENT,
            TARGET_LINK_URI: self.target,
        }
        return claims(**{**good, **changed})

    def send(self, login: Login, payload: dict[str, Any] | None = None, **how: Any) -> requests.Response:
        """Post a launch through the login's browser; without `payload` a good one. `how`: see `token`."""
        id_token = token(self.claims(login) if payload is None else payload, **how)
        return self.post(login.browser, {"state": login.state, "id_token": id_token})

    def post(self, browser: Browser, fields: Any) -> requests.Response:
        return browser.session.post(f"{self.world.tool}/lti/launch", data=fields, allow_redirects=False, timeout=30)


@contextmanager
def serving(keys: dict[str, str]) -> Iterator[str]:
    """The URL of a JWKS with the public halves of `keys` (kid -> PEM), as they are at each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [public_jwk(pem, kid) for kid, pem in keys.items()]}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
