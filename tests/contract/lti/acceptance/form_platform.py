"""A platform by LTI 1.1 in the test's own hands; oauthlib signs as a platform would."""

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from tests.contract.lti.browsing import Browser
from tests.contract.lti.course_made import SLUG
from tests.contract.lti.processes import World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ABSENT = object()


@dataclass(frozen=True, slots=True)
class FormPlatform:
    world: World
    key: str
    secret: str

    @property
    def url(self) -> str:
        return f"{self.world.tool}/lti/1.1/launch"

    def body(self, *, url: str | None = None, secret: str | None = None, key: str | None = None,
             method: str = "HMAC-SHA1", stamp: str | None = None, nonce: str | None = None, **changed: Any) -> bytes:  # fmt: skip
        """A signed form; `changed` parameters, or ABSENT ones, are so before the signature."""
        params = {
            "lti_message_type": "basic-lti-launch-request",
            "lti_version": "LTI-1p0",
            "resource_link_id": "link-1",
            "user_id": "7",
            "roles": "Learner",
            "lis_person_name_full": "Аня Соколова",
            "context_id": "7b",
            "custom_course": SLUG,
            **changed,
        }
        client = Client(
            key or self.key,
            client_secret=secret or self.secret,
            signature_method=method,
            signature_type=SIGNATURE_TYPE_BODY,
            timestamp=stamp or str(int(time.time())),
            nonce=nonce or secrets.token_hex(12),
        )
        form = urlencode({name: value for name, value in params.items() if value is not ABSENT})
        return str(client.sign(url or self.url, "POST", form, FORM)[2]).encode()

    def send(
        self, body: bytes, *, browser: Browser | None = None, query: str = "", **headers: str
    ) -> requests.Response:
        session = (browser or Browser()).session
        return session.post(self.url + query, data=body, headers={**FORM, **headers}, allow_redirects=False, timeout=30)

    def launch(self, **changed: Any) -> requests.Response:
        return self.send(self.body(**changed))
