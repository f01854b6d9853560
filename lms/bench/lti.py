"""`python3 -m lms bench lti`: what a launch costs this processor, beside others doing less.

Everything is measured in one run, in turns, so that whatever else the machine does falls on all alike. The figures are
medians of CPU time (`process_time`), not of waiting. PyLTI1p3's living fork validates alone, without one-time state,
account or session; bare RSA verification is what no launch can go below.
"""

import base64
import json
import secrets
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from lms.app import create_app
from lms.clock import now
from lms.database import Database, new_id
from lms.jobs.engine import Engine
from lms.lti import oauth1, resource_links, sign_in, signed_form
from lms.lti.arrival import Browser, Source, arrive
from lms.lti.consumers import add_consumer
from lms.lti.keys import new_private_key, private_key, public_jwk
from lms.lti.launch import launch_1_1, launch_1_3
from lms.lti.messages import Incoming
from lms.lti.models import LaunchState
from lms.lti.registrations import PlatformDetails, add_platform, digest
from lms.lti.tokens import Expected, verify
from lms.lti.vocabulary import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    LAUNCH_PRESENTATION,
    LTI_1_3,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    RESOURCE_LINK_REQUEST,
    ROLES,
    SCOPE_SCORE,
    TARGET_LINK_URI,
    VERSION,
)
from lms.migrations.cli import prepare_database
from lms.people.accounts import AccountKey
from lms.settings import Settings

ISSUER, CLIENT_ID, DEPLOYMENT, KID = "https://school.example", "tool-1", "1", "key-1"
KEY, SECRET_FORM_URL = "school", "https://lms.example/lti/1.1/launch"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PEOPLE = 200
"""Launches come from as many people: most are known already, as in a school."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A line of the table: CPU microseconds a launch, the median of the rounds."""

    what: str
    microseconds: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something to measure: `prepare` makes what one turn needs, off the clock; `act` does it."""

    what: str
    prepare: Callable[[], Any]
    act: Callable[[Any], object]


def measure(rounds: int, launches: int) -> list[Measured]:
    """All candidates in turns, `rounds` times `launches` launches each."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            state_dir=Path(folder), secret_key=secrets.token_hex(32), tool_public_url="https://lms.example"
        )
        prepare_database(settings)
        app = create_app(settings)
        database: Database = app.extensions["lms.database"]
        key = private_key(new_private_key())
        try:
            with _serving(key) as jwks_url:
                return _take_turns(_candidates(database, settings, key, jwks_url), rounds, launches)
        finally:
            database.registries.get_existing(Engine).close()
            database.engine.dispose()


def _take_turns(candidates: list[Candidate], rounds: int, launches: int) -> list[Measured]:
    times: dict[str, list[float]] = {one.what: [] for one in candidates}
    for round_ in range(rounds + 1):
        for one in candidates:
            given = [one.prepare() for _ in range(launches)]
            before = time.process_time()
            for item in given:
                one.act(item)
            spent = time.process_time() - before
            if round_:  # the first round warms caches up
                times[one.what].append(spent / launches * 1e6)
    return [Measured(what, statistics.median(found)) for what, found in times.items()]


@contextmanager
def _serving(key: RSAPrivateKey) -> Iterator[str]:
    """The platform's JWKS on a loopback port; it is fetched once."""
    body = json.dumps({"keys": [_jwk(key)]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks"
    finally:
        server.shutdown()
        server.server_close()


def _candidates(database: Database, settings: Settings, key: RSAPrivateKey, jwks_url: str) -> list[Candidate]:
    with database.writing() as session:
        details = PlatformDetails(ISSUER, CLIENT_ID, f"{ISSUER}/a", f"{ISSUER}/t", jwks_url)
        registration_id = add_platform(session, details, [DEPLOYMENT], at=now()).id
        secret = add_consumer(session, KEY, at=now())
    keys = {KID: key.public_key()}
    target = sign_in.launch_url(settings)
    sample = _token(key, "nonce", "p-0", target)
    signed_part, _, mark = sample.encode().rpartition(b".")
    signature = base64.urlsafe_b64decode(mark + b"==")

    def verify_bare(_: object) -> None:
        keys[KID].verify(signature, signed_part, PKCS1v15(), SHA256())

    def validate_1_3(given: str) -> None:
        claims = verify(given, Expected(ISSUER, CLIENT_ID, "nonce"), keys.get, at=now())
        resource_links.check(claims)
        launch_1_3(claims)

    def login() -> tuple[str, str]:
        state, nonce = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        with database.writing() as session:
            session.add(
                LaunchState(
                    id=new_id(), state_hash=digest(state), browser_hash=digest("b"), nonce=nonce,
                    registration_id=registration_id, target_link_uri=target, expires_at=now() + sign_in.LIFETIME,
                )
            )  # fmt: skip
        return state, _token(key, nonce, f"p-{secrets.randbelow(PEOPLE)}", target)

    def launch_whole(given: tuple[str, str]) -> None:
        at = now()
        with database.reading() as session:
            verified = sign_in.verify_launch(session, state=given[0], id_token=given[1], browser="b", at=at)
        with database.writing() as session:
            deployment = sign_in.use_up(session, verified, at=at)
            if deployment is None:
                raise RuntimeError("the deployment is approved")
            account = AccountKey("lti13", verified.launch.subject, ISSUER, CLIENT_ID)
            source = Source(deployment.id, account, registration_id=registration_id)
            verified.message.answer(
                session, Incoming(verified.claims, verified.launch, source, browser=Browser("bench", 14), at=at)
            )

    def validate_1_1(given: bytes) -> None:
        launch_1_1(oauth1.verify(SECRET_FORM_URL, given, {KEY: secret}.get, at=now()).params)

    def form_whole(given: bytes) -> None:
        at = now()
        with database.reading() as session:
            verified = signed_form.verify_form(session, url=SECRET_FORM_URL, body=given, at=at)
        with database.writing() as session:
            signed_form.use_up(session, verified, at=at)
            consumer = verified.consumer
            account = AccountKey("lti11", verified.launch.subject, client_id=consumer.key)
            source = Source(consumer.id, account, consumer_id=consumer.id)
            arrive(session, verified.launch, source, browser=Browser("bench", 14), at=at)

    return [
        Candidate("RSA-2048 verification, bare", lambda: None, verify_bare),
        Candidate("LTI 1.3 validated, no database", lambda: _token(key, "nonce", "p-1", target), validate_1_3),
        _fork(key, target),
        Candidate("LTI 1.3 whole: validated, account, session committed", login, launch_whole),
        Candidate("LTI 1.1 validated, no database", lambda: _form(secret), validate_1_1),
        Candidate("LTI 1.1 whole: validated, account, session committed", lambda: _form(secret), form_whole),
    ]


def _fork(key: RSAPrivateKey, target: str) -> Candidate:
    """PyLTI1p3next with everything in memory and its keys given, so that it fetches and stores nothing."""
    from pylti1p3.contrib.flask import FlaskCookieService, FlaskMessageLaunch, FlaskRequest, FlaskSessionService
    from pylti1p3.tool_config import ToolConfDict

    config = ToolConfDict(
        {
            ISSUER: [
                {
                    "default": True,
                    "client_id": CLIENT_ID,
                    "auth_login_url": f"{ISSUER}/a",
                    "auth_token_url": f"{ISSUER}/t",
                    "key_set": {"keys": [_jwk(key)]},
                    "deployment_ids": [DEPLOYMENT],
                }
            ]
        }
    )

    def validate(given: str) -> None:
        kept: dict[str, object] = {}
        request = FlaskRequest(
            cookies={"lti1p3-s": "s"}, session=kept, request_data={"id_token": given, "state": "s"},
            request_is_secure=True,
        )  # fmt: skip
        session_service = FlaskSessionService(request)
        session_service.save_nonce("nonce")
        launch = FlaskMessageLaunch(
            request, config, session_service=session_service, cookie_service=FlaskCookieService(request)
        )
        launch.validate()

    return Candidate("PyLTI1p3next validating alone", lambda: _token(key, "nonce", "p-1", target), validate)


def _jwk(key: RSAPrivateKey) -> dict[str, str]:
    """As a platform would publish it."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return public_jwk(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), KID)


def _token(key: RSAPrivateKey, nonce: str, subject: str, target: str) -> str:
    issued = int(now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": subject,
        "nonce": nonce,
        "iat": issued,
        "exp": issued + 3600,
        "name": "Анна Сергеевна Соколова",
        "given_name": "Анна",
        "family_name": "Соколова",
        "email": "anna@school.example",
        "locale": "ru",
        VERSION: LTI_1_3,
        MESSAGE_TYPE: RESOURCE_LINK_REQUEST,
        DEPLOYMENT_ID: DEPLOYMENT,
        TARGET_LINK_URI: target,
        RESOURCE_LINK: {"id": "link-1", "title": "Данные для каждого"},
        CONTEXT: {"id": "7", "title": "9 «Б», информатика", "type": ["CourseSection"]},
        CUSTOM: {"context_memberships_url": f"{ISSUER}/members?type=7"},
        LAUNCH_PRESENTATION: {"locale": "ru", "document_target": "iframe", "return_url": f"{ISSUER}/course/7"},
        AGS_ENDPOINT: {"scope": [SCOPE_SCORE], "lineitem": f"{ISSUER}/items/1?type_id=7"},
        ROLES: [
            "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
        ],
    }
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key, algorithm="RS256", headers={"kid": KID})


def _form(secret: str) -> bytes:
    params = {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "resource_link_id": "link-1",
        "resource_link_title": "Данные для каждого",
        "user_id": f"p-{secrets.randbelow(PEOPLE)}",
        "roles": "Learner",
        "lis_person_name_full": "Анна Сергеевна Соколова",
        "context_id": "7",
        "context_title": "9 «Б», информатика",
        "launch_presentation_locale": "ru",
        "tool_consumer_info_product_family_code": "moodle",
    }
    client = Client(
        KEY,
        client_secret=secret,
        signature_type=SIGNATURE_TYPE_BODY,
        timestamp=str(int(now().timestamp())),
        nonce=secrets.token_hex(12),
    )
    return str(client.sign(SECRET_FORM_URL, "POST", urlencode(params), FORM)[2]).encode()
