"""The hub's way to learn who came: a code once, with PKCE, for one address."""

import base64
import hashlib
import secrets
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from lms.clock import now
from lms.notebooks.grants import CODE_LIFE, TOKEN_LIFE
from lms.notebooks.hub.secrets import CLIENT_ID, oauth_client_secret
from lms.people.actor import Role
from tests.factories.people import browser_of, make_person

CALLBACK = "http://hub.localhost:9/hub/oauth_callback"


@pytest.fixture
def person_id(database):
    return make_person(database, "Аня", Role.PARTICIPANT)


@pytest.fixture
def verifier():
    return secrets.token_urlsafe(32)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _authorize(browser, verifier: str, **changes: str | None):
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "state": "abc",
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    asked = {name: value for name, value in (asked | changes).items() if value is not None}
    return browser.get("/oauth/authorize", query_string=asked)


def _code(browser, verifier: str) -> str:
    return _answer(_authorize(browser, verifier))["code"]


def _answer(response) -> dict[str, str]:
    assert response.status_code == 302
    assert response.location.startswith(f"{CALLBACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(response.location).query).items()}


def _token(client, settings, code: str, verifier: str, *, secret: str | None = None, **changes: str):
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    return client.post("/oauth/token", data=given | changes, auth=(CLIENT_ID, secret or oauth_client_secret(settings)))


def _userinfo(client, token: str):
    return client.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})


def test_signed_in_person_is_told_to_the_hub_by_an_opaque_name(app, client, settings, person_id, verifier):
    answer = _answer(_authorize(browser_of(app, person_id), verifier))

    token = _token(client, settings, answer["code"], verifier).json["access_token"]

    assert answer["state"] == "abc"
    assert _userinfo(client, token).json == {"sub": f"u{person_id.hex}"}


def test_stranger_is_sent_to_sign_in_and_comes_back(client, verifier):
    answer = _authorize(client, verifier)

    assert answer.status_code == 302
    assert urlsplit(answer.location).path == "/sign-in"
    assert "/oauth/authorize?" in parse_qs(urlsplit(answer.location).query)["next"][0]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": f"{CALLBACK}/x"},
        {"client_id": "x"},
        {"client_id": None},
    ],
    ids=str,
)
def test_foreign_client_or_address_gets_a_page_and_no_redirect(app, person_id, verifier, change):
    answer = _authorize(browser_of(app, person_id), verifier, **change)

    assert answer.status_code == 400


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "x"},
    ],
    ids=str,
)
def test_without_a_proper_challenge_no_code_is_given(app, person_id, verifier, change):
    answer = _answer(_authorize(browser_of(app, person_id), verifier, **change))

    assert answer["error"] == "invalid_request"
    assert "code" not in answer


def test_code_is_good_once_and_using_it_again_kills_the_token(app, client, settings, person_id, verifier):
    code = _code(browser_of(app, person_id), verifier)
    token = _token(client, settings, code, verifier).json["access_token"]
    assert _userinfo(client, token).status_code == 200

    again = _token(client, settings, code, verifier)

    assert (again.status_code, again.json) == (400, {"error": "invalid_grant"})
    assert _userinfo(client, token).status_code == 401


def test_code_is_lost_by_a_wrong_verifier(app, client, settings, person_id, verifier):
    code = _code(browser_of(app, person_id), verifier)

    assert _token(client, settings, code, secrets.token_urlsafe(32)).status_code == 400
    assert _token(client, settings, code, verifier).status_code == 400


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"secret": "x"}, (401, {"error": "invalid_client"})),
        ({"redirect_uri": "https://evil.example/"}, (400, {"error": "invalid_grant"})),
        ({"grant_type": "password"}, (400, {"error": "unsupported_grant_type"})),
    ],
    ids=["secret", "redirect_uri", "grant_type"],
)
def test_token_endpoint_refuses(app, settings, person_id, changes, refusal):
    verifier = secrets.token_urlsafe(32)
    code = _code(browser_of(app, person_id), verifier)

    answer = _token(app.test_client(), settings, code, verifier, **changes)

    assert (answer.status_code, answer.json) == refusal


@pytest.mark.databases("sqlite")
def test_code_and_token_grow_old(app, client, settings, person_id, verifier):
    with time_machine.travel(now(), tick=False) as clock:
        browser = browser_of(app, person_id)
        old, fresh = _code(browser, verifier), _code(browser, verifier)
        token = _token(client, settings, fresh, verifier).json["access_token"]

        clock.shift(CODE_LIFE + timedelta(seconds=1))
        assert _token(client, settings, old, verifier).status_code == 400
        assert _userinfo(client, token).status_code == 200

        clock.shift(TOKEN_LIFE)
        assert _userinfo(client, token).status_code == 401


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}], ids=str)
def test_userinfo_is_closed_to_strangers(client, header):
    assert client.get("/oauth/userinfo", headers=header).status_code == 401
