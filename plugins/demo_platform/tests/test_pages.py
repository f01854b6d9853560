"""The school's pages and its side of a sign-in."""

import json
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from lms_demo_platform.config import CLIENT_ID, ISSUER
from lms_demo_platform.tables import SchoolBase

PUPIL, OTHER, TEACHER = "7-9b-1f3c", "7-9b-27d0", "7-t-0c19"
REDIRECT = "http://lms.example/lti/launch"


def sign_in(client: FlaskClient, person: str) -> None:
    assert client.post("/sign-in", data={"person": person}, base_url="https://localhost").status_code == 302


def ask(client: FlaskClient, query: dict[str, str]) -> dict[str, str]:
    """The fields that the school would post to the tool."""
    answer = client.get("/oidc/auth", query_string=query, base_url="https://localhost")
    assert answer.status_code == 200, answer.text
    (form,) = html.fromstring(answer.text).forms
    assert form.action == REDIRECT
    return dict(form.fields)


def question(client: FlaskClient, link: str = "data", **changed: str) -> dict[str, str]:
    """What a tool asks after the click on a link."""
    start = client.get(f"/start/{link}", base_url="https://localhost").headers["Location"]
    hints = {name: values[0] for name, values in parse_qs(urlsplit(start).query).items()}
    return {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "state": "s-1",
        "nonce": "n-1",
        "login_hint": hints["login_hint"],
        "lti_message_hint": hints["lti_message_hint"],
        **changed,
    }


def test_answer_is_signed_and_says_who(client: FlaskClient) -> None:
    sign_in(client, PUPIL)
    fields = ask(client, question(client))
    (jwk,) = client.get("/oidc/jwks").json["keys"]
    key = jwt.PyJWK(jwk)
    claims = jwt.decode(fields["id_token"], key, algorithms=["RS256"], audience=CLIENT_ID, issuer=ISSUER)

    assert fields["state"] == "s-1"
    assert (claims["sub"], claims["nonce"], claims["name"]) == (PUPIL, "n-1", "Анна Соколова")
    assert claims["https://purl.imsglobal.org/spec/lti/claim/custom"] == {"course": "data-for-everyone"}


@pytest.mark.parametrize(
    "changed",
    [
        {"login_hint": OTHER},
        {"lti_message_hint": json.dumps({"launchid": "made up"})},
        {"lti_message_hint": "no json"},
        {"nonce": ""},
        {"scope": "email"},
        {"response_mode": "query"},
        {"prompt": "login"},
    ],
)
def test_wrong_question_is_answered_with_an_error(client: FlaskClient, changed: dict[str, str]) -> None:
    sign_in(client, PUPIL)
    fields = ask(client, question(client, **changed))

    assert "id_token" not in fields
    assert fields["error"]


def test_click_serves_once(client: FlaskClient) -> None:
    sign_in(client, PUPIL)
    query = question(client)

    assert "id_token" in ask(client, query)
    assert ask(client, query)["error"] == "invalid_request"


@pytest.mark.parametrize("changed", [{"redirect_uri": "https://evil.example/"}, {"client_id": "unknown"}])
def test_unknown_tool_gets_nothing(client: FlaskClient, changed: dict[str, str]) -> None:
    sign_in(client, PUPIL)
    query = question(client, **changed)

    assert client.get("/oidc/auth", query_string=query, base_url="https://localhost").status_code == 400


def test_pupil_sees_their_own_row_and_the_teacher_all(client: FlaskClient) -> None:
    sign_in(client, PUPIL)
    own = client.get("/gradebook", base_url="https://localhost").text
    sign_in(client, TEACHER)
    everybody = client.get("/gradebook", base_url="https://localhost").text

    assert f'data-person="{OTHER}"' in everybody
    assert f'data-person="{PUPIL}"' in own
    assert f'data-person="{OTHER}"' not in own


@pytest.mark.parametrize("path", ["/course", "/course/data", "/gradebook", "/start/data"])
def test_stranger_is_asked_who_they_are(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Location"] == "/"


@pytest.mark.parametrize(("language", "heading"), [("ru", "Кто ты?"), ("en", "Who are you?")])
def test_pages_speak_the_readers_language(client: FlaskClient, language: str, heading: str) -> None:
    assert f"<h1>{heading}</h1>" in client.get("/", headers={"Accept-Language": language}).text


def test_form_of_another_site_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"person": PUPIL}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403


def test_tables_and_history_agree(school: Flask) -> None:
    engine = school.extensions["school"].sessions.kw["bind"]
    options = {"version_table": "demo_platform_version", "compare_type": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)

        assert compare_metadata(context, SchoolBase.metadata) == []
        assert all(name.startswith("demo_platform_") for name in SchoolBase.metadata.tables)
