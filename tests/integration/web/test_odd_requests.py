"""Requests that no page of ours makes: a sentence and a status of the 400s, never a fault of ours."""

from html import escape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.database import Database
from lms.people.actor import Role
from tests.factories.people import browser_of, make_person, without_csrf


@pytest.fixture
def admin(app: Flask, database: Database) -> FlaskClient:
    return browser_of(app, make_person(database, "Анна Админова", Role.ADMIN, login="anna"))


@pytest.mark.parametrize("query", ["_method=PUT", "endpoint=x", "_external=1&_scheme=javascript", "_anchor=x", "q=%00"])
def test_pages_of_a_list_keep_a_strangers_query_to_themselves(
    app: Flask, database: Database, admin: FlaskClient, query: str
) -> None:
    for number in range(40):
        make_person(database, f"Участник {number}", Role.PARTICIPANT)
    answer = admin.get(f"/admin/people?{query}")

    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert f"/admin/people?{escape(query)}&amp;page=2" in answer.text


@pytest.mark.parametrize("body", ["[1]", "5", '"x"', '{"login": 5, "password": ["x"]}', "{}", "not json"])
def test_json_sent_to_a_page_is_refused(app: Flask, database: Database, body: str) -> None:
    with without_csrf(app):
        answer = app.test_client().post("/sign-in", data=body, content_type="application/json")

    assert answer.status_code == 415


@pytest.mark.parametrize("header", [b"Basic \xff", b"Bearer", b"Basic"])
@pytest.mark.parametrize("path", ["/oauth/userinfo", "/api/notebooks/assignments"])
def test_header_that_cannot_be_read_is_no_proof(app: Flask, database: Database, path: str, header: bytes) -> None:
    answer = app.test_client().get(path, headers={"Authorization": header.decode("latin-1")})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/courses/a%00b", "/courses/a%00b/lessons/x", "/desk?q=%00", "/admin/people?q=%00", "/admin/people?cohort=%00"],
)
def test_nul_in_an_address_is_no_fault_of_ours(admin: FlaskClient, path: str) -> None:
    assert admin.get(path).status_code < 500


def test_nul_in_a_login_is_no_fault_of_ours(app: Flask, database: Database) -> None:
    with without_csrf(app):
        answer = app.test_client().post("/sign-in", data={"login": "an\0na", "password": "x\0"})

    assert 400 <= answer.status_code < 500


def test_answers_are_kept_nowhere_but_what_is_static(admin: FlaskClient) -> None:
    page, program = admin.get("/"), admin.get("/lti/jwks.json")
    with admin.get("/static/web/css/components.css") as static:
        kept = static.headers.get("Cache-Control", "")

    assert page.headers["Cache-Control"] == "no-store, private"
    assert "public" in program.headers["Cache-Control"]
    assert "no-store" not in kept
