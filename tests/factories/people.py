"""People for tests, made by the product's own use cases."""

from contextlib import contextmanager
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from lms.clock import now
from lms.database import Database
from lms.people import accounts, passwords, sessions
from lms.people.actor import Actor, Role
from lms.people.visitor import COOKIE

PASSWORD = "verschwiegene Flussforelle"


def make_person(database: Database, name: str, *roles: Role, scope: UUID | None = None, login: str = "") -> UUID:
    """A person with these roles (in this scope); with a login: able to sign in by `PASSWORD`."""
    with database.writing() as session:
        person = accounts.create_person(session, name, at=now())
        for role in roles:
            accounts.grant(session, person.id, role, at=now(), scope_id=scope)
        if login:
            account = accounts.add_account(session, person.id, passwords.password_key(login), at=now())
            passwords.set_password(account, PASSWORD)
    return person.id


def actor_of(database: Database, person_id: UUID) -> Actor:
    """The person as they act."""
    with database.reading() as session:
        return sessions.actor_of(session, accounts.get_person(session, person_id))


def browser_of(app: Flask, person_id: UUID) -> FlaskClient:
    """A browser in which this person is signed in."""
    database: Database = app.extensions["lms.database"]
    with database.writing() as session:
        token = sessions.open_session(session, person_id, at=now(), days=1, browser="Firefox")
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return client


@contextmanager
def without_csrf(app: Flask):
    """Forms are taken without their token inside; a test of its own shows that elsewhere they are not."""
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        yield
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
