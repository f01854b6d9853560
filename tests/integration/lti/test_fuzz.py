"""Whatever comes to the public addresses: an answer below 500, and nobody signed in who must not be."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.clock import now
from lms.database import Database
from lms.lti.consumers import add_consumer
from lms.lti.registrations import PlatformDetails, add_platform
from lms.lti.vocabulary import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    FOR_USER,
    LAUNCH_PRESENTATION,
    LTI_1_1_CLAIM,
    MESSAGE_TYPE,
    NAMES_AND_ROLES,
    RESOURCE_LINK,
    ROLE_SCOPE_MENTOR,
    ROLES,
    TARGET_LINK_URI,
    TOOL_PLATFORM,
    VERSION,
)
from lms.people.models import Grant, SignInSession
from tests.contract.lti.acceptance.form_platform import FormPlatform
from tests.contract.lti.other_platform import serving
from tests.unit.lti.tokens_made import KID, PEM, claims, token

FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
"""Bounded: some seconds in all. Signing keeps its own time on a busy machine."""
ISSUER, CLIENT = "https://a.example", "tool-a"
FORM = "application/x-www-form-urlencoded"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "name", "given_name", "family_name", "locale", "email",
        VERSION, MESSAGE_TYPE, DEPLOYMENT_ID, TARGET_LINK_URI, RESOURCE_LINK, ROLES, CONTEXT, CUSTOM, AGS_ENDPOINT,
        LAUNCH_PRESENTATION, TOOL_PLATFORM, NAMES_AND_ROLES, FOR_USER, LTI_1_1_CLAIM, ROLE_SCOPE_MENTOR,
    ]
)  # fmt: skip
ODD_SECTIONS = st.dictionaries(
    st.sampled_from(
        ["id", "title", "lineitem", "lineitems", "scope", "course", "step", "user_id", "product_family_code",
         "context_memberships_url", "oauth_consumer_key", "oauth_consumer_key_sign", "resource_link_id"]
    ),
    JSON,
    max_size=4,
)  # fmt: skip
PAIRS = st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=8)


@pytest.fixture
def jwks() -> Iterator[str]:
    with serving({KID: PEM}) as url:
        yield url


@pytest.fixture
def secret(database: Database, jwks: str) -> str:
    """A platform of each version is connected; the secret is the older one's."""
    with database.writing() as session:
        add_platform(session, PlatformDetails(ISSUER, CLIENT, f"{ISSUER}/auth", f"{ISSUER}/t", jwks), ["1"], at=now())
        return add_consumer(session, "school", at=now())


@pytest.fixture
def base(app: Flask) -> str:
    return str(app.extensions["lms.settings"].tool_public_url)


def sessions(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(SignInSession)) or 0


def harmless(answer: TestResponse, database: Database, before: int) -> bool:
    """Below 500. Returns whether it opened; if not, nobody was signed in."""
    assert answer.status_code < 500, answer.get_data(as_text=True)[:2000]
    opened = answer.status_code == 303
    assert sessions(database) == before + opened
    with database.reading() as session:
        assert session.scalars(select(Grant.role).where(Grant.role == "admin")).all() == []
    return opened


def login(client: FlaskClient, base: str) -> tuple[str, str]:
    query = {"iss": ISSUER, "client_id": CLIENT, "login_hint": "7", "target_link_uri": f"{base}/lti/launch"}
    answer = client.get(f"/lti/login?{urlencode(query)}", base_url=base)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    return asked["state"][0], asked["nonce"][0]


def good(base: str, nonce: str) -> dict[str, Any]:
    at = int(now().timestamp())
    return claims(iss=ISSUER, aud=CLIENT, nonce=nonce, iat=at, exp=at + 60, **{TARGET_LINK_URI: f"{base}/lti/launch"})


@pytest.mark.databases("sqlite")
def test_signed_rubbish_in_claims_never_breaks(
    app: Flask, client: FlaskClient, database: Database, secret: str, base: str
) -> None:
    opened = []

    @FUZZ
    @given(st.dictionaries(NAMES, JSON | ODD_SECTIONS, min_size=1, max_size=3))
    def launch(changed: dict[str, Any]) -> None:
        state, nonce = login(client, base)
        before = sessions(database)
        payload = {**good(base, nonce), **changed}
        answer = client.post("/lti/launch", data={"state": state, "id_token": token(payload)}, base_url=base)
        opened.append(harmless(answer, database, before))

    launch()
    state, nonce = login(client, base)
    answer = client.post("/lti/launch", data={"state": state, "id_token": token(good(base, nonce))}, base_url=base)
    assert answer.status_code == 303
    assert not all(opened)


@pytest.mark.databases("sqlite")
def test_any_body_at_the_launch_addresses_opens_nothing(
    client: FlaskClient, database: Database, secret: str, base: str
) -> None:
    bodies = st.binary(max_size=400) | PAIRS.map(lambda pairs: urlencode(pairs, errors="replace").encode())

    @FUZZ
    @given(st.sampled_from(["/lti/launch", "/lti/1.1/launch"]), bodies, st.sampled_from([FORM, "text/plain", "x", ""]))
    def post(path: str, body: bytes, kind: str) -> None:
        before = sessions(database)
        assert not harmless(client.post(path, data=body, content_type=kind, base_url=base), database, before)

    post()


@pytest.mark.databases("sqlite")
def test_any_state_and_token_open_nothing(client: FlaskClient, database: Database, secret: str, base: str) -> None:
    state, nonce = login(client, base)
    valid = token(good(base, nonce))

    @FUZZ
    @given(st.text(max_size=80) | st.just(state), st.integers(0, len(valid) - 1), st.sampled_from("Aé.=_-\x00 "))
    def post(given_state: str, place: int, letter: str) -> None:
        changed = valid[:place] + letter + valid[place + 1 :]
        if given_state == state and changed.rstrip("=") == valid:
            return
        before = sessions(database)
        answer = client.post("/lti/launch", data={"state": given_state, "id_token": changed}, base_url=base)
        opened = harmless(answer, database, before)
        assert not opened or _same_bytes(changed, valid)

    post()


def _same_bytes(one: str, other: str) -> bool:
    """Base64 has spare bits in its last letter: another letter may stand for the same signature."""
    return one.rpartition(".")[0] == other.rpartition(".")[0] and one[:-1] == other[:-1]


@pytest.mark.databases("sqlite")
def test_any_login_leads_to_the_registered_platform_or_nowhere(
    client: FlaskClient, database: Database, secret: str, base: str
) -> None:
    usual = {"iss": ISSUER, "client_id": CLIENT, "login_hint": "7", "target_link_uri": f"{base}/lti/launch"}
    names = st.sampled_from([*usual, "lti_message_hint", "lti_deployment_id", "redirect_uri", "lti_storage_target"])

    @FUZZ
    @given(st.dictionaries(names, st.text(max_size=200), max_size=3), st.booleans())
    def ask(changed: dict[str, str], by_post: bool) -> None:
        before = sessions(database)
        query = urlencode({**usual, **changed}, errors="replace")
        if by_post:
            answer = client.post("/lti/login", data=query, content_type=FORM, base_url=base)
        else:
            answer = client.get(f"/lti/login?{query}", base_url=base)
        harmless(answer, database, before)
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith(f"{ISSUER}/auth?")

    ask()


@pytest.mark.databases("sqlite")
def test_signed_rubbish_in_a_form_never_breaks(client: FlaskClient, database: Database, secret: str, base: str) -> None:
    names = st.sampled_from(
        ["user_id", "roles", "resource_link_id", "context_id", "lis_person_name_full", "custom_course", "custom_step",
         "lis_outcome_service_url", "lis_result_sourcedid", "role_scope_mentor", "launch_presentation_locale",
         "lti_version", "tool_consumer_info_product_family_code", "x"]
    )  # fmt: skip

    @FUZZ
    @given(st.dictionaries(names, st.text(st.characters(exclude_categories=["Cs"]), max_size=300), max_size=4))
    def launch(changed: dict[str, str]) -> None:
        before = sessions(database)
        form = FormPlatform(None, "school", secret)  # type: ignore[arg-type]  # it signs, and sends nothing
        body = form.body(url=f"{base}/lti/1.1/launch", **changed)
        harmless(client.post("/lti/1.1/launch", data=body, content_type=FORM, base_url=base), database, before)

    launch()
