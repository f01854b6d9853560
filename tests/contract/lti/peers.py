"""Platforms that others wrote, running and launching us: lti1p3platform in a small server, lti-provider-mock as it comes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import serialization
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration

from lms.lti.keys import private_key
from tests.contract.lti.course_made import SLUG
from tests.contract.lti.processes import World, free_port, process, wait_for
from tests.unit.lti.tokens_made import PEM

PUBLIC = (
    private_key(PEM)
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as lti1p3platform wants it."""

    get_data: dict[str, str]
    form_data: dict[str, str] = field(default_factory=dict)


class Platform(LTI1P3PlatformConfAbstract):
    """Its registration of us."""

    def init_platform_config(self, *, registration: Registration, **more: Any) -> None:
        self._registration = registration

    def get_registration_by_params(self, **more: Any) -> Registration:
        assert self._registration is not None
        return self._registration


class Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, **more: Any) -> None:
        self._lti_message_hint = "link-1"

    def get_redirect(self, url: str) -> str:
        return url


class Launch(LTIAdvantageMessageLaunchAbstract):
    """Says who the person is; the rest is the package's."""

    roles: tuple[str, ...] = ()

    def prepare_launch(self, preflight_response: dict[str, Any]) -> None:
        self.set_user_data(preflight_response["login_hint"], list(self.roles), full_name="Аня Соколова")
        self.set_resource_link_claim("link-1", title="Данные")
        self.set_custom_parameters_claim({"course": SLUG})
        self.set_ags("http://127.0.0.1/items", "http://127.0.0.1/items/1")

    def render_launch_form(self, launch_data: dict[str, Any], **more: Any) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(launch_data[name])}">' for name in ("state", "id_token")
        )
        return f'<form method="post" action="{escape(launch_data["launch_url"])}">{hidden}</form>'


@contextmanager
def lti1p3platform_served(world: World, roles: tuple[str, ...]) -> Iterator[str]:
    """The address at which a click begins: `?user=ID`. It is registered with the tool."""
    registration = Registration()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            platform = Platform(registration=registration)
            if parts.path == "/jwks":
                self._say(200, json.dumps(platform.get_jwks()))
            elif parts.path == "/auth":
                launch = Launch(Asked(query), platform)  # type: ignore[arg-type]  # it reads `get_data` alone
                launch.roles = roles
                self._say(200, launch.lti_launch())
            else:
                login = Login(None, platform)
                login.set_lti_message_hint()
                self.send_response(302)
                self.send_header("Location", login.initiate_login(query["user"]))
                self.end_headers()

        def _say(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_port}"
    registration.set_iss("https://openlearning.example").set_client_id("lms").set_deployment_id("7")
    registration.set_launch_url(f"{world.tool}/lti/launch").set_oidc_login_url(f"{world.tool}/lti/login")
    registration.set_platform_public_key(PUBLIC).set_platform_private_key(PEM)
    connect(world, "https://openlearning.example", "lms", "7", base, auth="auth")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"{base}/click"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def lti_provider_mock_served(world: World) -> Iterator[str]:
    """The mock's own pages, run by uvicorn; user `u-1` is in course `c-1`."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    settings = {
        "LTI_PROVIDER_MOCK__LTI__ISS": "https://mock.example",
        "LTI_PROVIDER_MOCK__LTI__LOGIN_URL": f"{world.tool}/lti/login",
        "LTI_PROVIDER_MOCK__LTI__LAUNCH_URL": f"{world.tool}/lti/launch",
        "LTI_PROVIDER_MOCK__USERS": json.dumps(
            [{"id": "u-1", "given_name": "Ann", "family_name": "Lee", "email": "ann@mock.example"}]
        ),
        "LTI_PROVIDER_MOCK__COURSES": json.dumps([{"id": "c-1", "name": "Data", "users": []}]),
    }
    connect(world, "https://mock.example", "lti-provider-mock", "1", base, auth="authorize")
    arguments = ["-m", "uvicorn", "lti_provider_mock.server:app", "--port", str(port)]
    with process(world, arguments, log="mock", more=settings):
        wait_for(f"{base}/jwks")
        yield base


def connect(world: World, issuer: str, client_id: str, deployment: str, base: str, *, auth: str) -> None:
    world.lms(
        "lti", "platform", "add", "--issuer", issuer, "--client-id", client_id, "--deployment-id", deployment,
        "--auth-url", f"{base}/{auth}", "--token-url", f"{base}/token", "--jwks-url", f"{base}/jwks",
    )  # fmt: skip
