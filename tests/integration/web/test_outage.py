"""The database is away: every page says so in one sentence, and works again as soon as it is back."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, NullPool, create_engine, make_url, text

from lms.app import create_app
from lms.database import Database
from lms.people.actor import Role
from lms.settings import Settings
from lms.web.access import PUBLIC, SIGNED_IN, is_static, needs
from lms.web.navigation import Navigation, NavItem
from lms.web.unit import reading
from tests.factories.people import PASSWORD, browser_of, make_person, without_csrf

SENTENCE = "its database does not answer"
SURVIVORS = {"health.alive"}
"""What needs no database, whoever asks."""
Away = Callable[[], Any]


@pytest.fixture
def away(database_kind: str, database: Database, settings: Settings, request: pytest.FixtureRequest) -> Away:
    """A context in which nobody can use the database, and what was connected no longer is."""
    if database_kind == "sqlite":
        return lambda: _replaced(database, Path(settings.database.removeprefix("sqlite:///")))
    server: URL = request.getfixturevalue("postgresql_server")
    return lambda: _closed(server, str(make_url(settings.database).database))


@contextmanager
def _replaced(database: Database, path: Path, *, by: str = "folder") -> Iterator[None]:
    """Something else stands where the file was."""
    database.engine.dispose()
    kept = path.with_suffix(".kept")
    path.rename(kept)
    if by == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"this is no database, whatever its name says " * 200)
    try:
        yield
    finally:
        database.engine.dispose()
        path.rmdir() if by == "folder" else path.unlink()
        kept.rename(path)


@contextmanager
def _closed(server: URL, name: str) -> Iterator[None]:
    """The server throws everybody out of this database and lets nobody in."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        try:
            yield
        finally:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))


@pytest.fixture
def admin(app: Flask, database: Database) -> FlaskClient:
    client = browser_of(app, make_person(database, "Анна Админова", Role.ADMIN, Role.TUTOR, login="anna"))
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, path) of every route; its arguments are made up."""
    adapter = app.url_map.bind("lms.localhost")
    for rule in app.url_map.iter_rules():
        if is_static(rule.endpoint):
            continue
        values = {
            name: uuid4()
            if "UUID" in type(rule._converters[name]).__name__
            else 1
            if "Int" in type(rule._converters[name]).__name__
            else "x"
            for name in rule.arguments
        }
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values, method)


def test_every_route_says_that_the_database_is_away_and_nothing_else(
    app: Flask, admin: FlaskClient, away: Away, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = []

    with away(), without_csrf(app):
        for endpoint, method, path in routes(app):
            capsys.readouterr()
            answer = admin.open(path, method=method)
            said = capsys.readouterr()
            if endpoint in SURVIVORS:
                assert answer.status_code == 200
                continue
            error_ids = re.findall(r"error_id\W+([0-9a-f]{8})", said.out + said.err)
            if (
                answer.status_code != 503
                or SENTENCE not in answer.text
                or answer.headers.get("Retry-After") != "30"
                or "Traceback" in answer.text + said.out + said.err
                or len(error_ids) != 1
                or error_ids[0] not in answer.text
            ):
                wrong.append((endpoint, method, answer.status_code, said.out[-500:], said.err[-500:]))

    assert wrong == []
    assert admin.get("/account").status_code == 200


def test_program_is_told_in_its_own_way(admin: FlaskClient, away: Away) -> None:
    with away():
        answer = admin.get("/account", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    said = answer.get_json()
    assert (said["code"], said["status"]) == ("unavailable", 503)
    assert SENTENCE in said["title"]
    assert said["error_id"]


def test_styles_come_without_the_database(admin: FlaskClient, away: Away) -> None:
    page = admin.get("/account").text
    styles = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page)
    assert styles

    with away():
        for address in styles:
            with admin.get(address) as answer:
                assert answer.status_code == 200


def test_stranger_sees_the_sign_in_page_and_is_told_when_they_send_it(
    app: Flask, client: FlaskClient, away: Away
) -> None:
    with away(), without_csrf(app):
        page = client.get("/sign-in")
        answer = client.post("/sign-in", data={"login": "anna", "password": PASSWORD})
        is_ready = client.get("/readyz")

    assert page.status_code == 200
    assert (answer.status_code, is_ready.status_code) == (503, 503)
    assert "не отвечает база данных" in answer.text


def test_page_that_loses_the_database_half_way_still_answers_in_one_piece(
    app: Flask, admin: FlaskClient, away: Away
) -> None:
    def lose_it() -> str:
        reading().rollback()
        with away():
            reading().execute(text("SELECT 1"))
        return "it was there"

    app.add_url_rule("/lose", view_func=needs(SIGNED_IN)(lose_it))

    answer = admin.get("/lose")

    assert answer.status_code == 503
    assert SENTENCE in answer.text
    assert "Анна Админова" in answer.text


@pytest.mark.databases("sqlite")
def test_file_of_rubbish_is_no_database(app: Flask, admin: FlaskClient, database: Database, settings: Settings) -> None:
    with _replaced(database, Path(settings.database.removeprefix("sqlite:///")), by="rubbish"):
        answer = admin.get("/account")

    assert answer.status_code == 503
    assert admin.get("/account").status_code == 200


@pytest.mark.databases("postgresql")
def test_server_that_is_stopped_is_away(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nowhere = f"postgresql+psycopg://postgres@127.0.0.1:{port}/lms"
    client = create_app(settings.model_copy(update={"database_url": nowhere})).test_client()
    client.set_cookie("lms_session", "of earlier")

    assert [client.get(path).status_code for path in ("/account", "/readyz", "/healthz")] == [503, 503, 200]


def test_wrong_statement_is_a_fault_of_ours_and_no_outage(app: Flask, admin: FlaskClient) -> None:
    def ask_wrongly() -> str:
        reading().execute(text("SELECT no_such_column FROM people_person"))
        return ""

    app.add_url_rule("/wrong", view_func=needs(PUBLIC)(ask_wrongly))

    answer = admin.get("/wrong")

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "no_such_column" not in answer.text


@pytest.mark.databases("sqlite")
def test_broken_piece_of_every_pages_frame_still_leaves_a_page_that_says_so(app: Flask, admin: FlaskClient) -> None:
    def count(_session: object, _visitor: object) -> int:
        raise LookupError("a badge that cannot count")

    app.extensions["lms.registries"].get(Navigation).add(
        NavItem("broken", "Broken", "people.account", "bell", 99, badge=count)
    )

    for path in ("/account", f"/admin/people/{uuid4()}"):
        answer = admin.get(path)

        assert answer.status_code == 500
        assert "Something broke on our side" in answer.text
        assert "Error id" in answer.text
