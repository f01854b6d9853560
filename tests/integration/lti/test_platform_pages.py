"""The administrator's pages of one platform, of either version."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.clock import now
from lms.database import Database, new_id
from lms.lti.consumers import add_consumer
from lms.lti.models import Consumer, Deployment, Registration
from lms.lti.registrations import PlatformDetails, add_platform, vault_of
from lms.people.actor import Role
from lms.people.models import AuditEntry
from tests.factories.people import browser_of, make_person, without_csrf

pytestmark = pytest.mark.databases("sqlite")
PAGE = "/admin/platforms"
CONSUMERS = f"{PAGE}/consumers"
SITE = "https://a.example"
TYPED = {
    "issuer": f" {SITE} ",
    "client_id": "tool-a",
    "auth_url": f"{SITE}/auth",
    "token_url": f"{SITE}/token",
    "jwks_url": f"{SITE}/jwks",
    "deployment_ids": "1\n 2 \n",
    "origins": "https://www.a.example/x",
}


@pytest.fixture
def admin(app: Flask, database: Database) -> Iterator[FlaskClient]:
    person_id = make_person(database, "Анна Админова", Role.ADMIN, login="anna")
    with without_csrf(app):
        yield browser_of(app, person_id)


@pytest.fixture
def platform_id(database: Database) -> UUID:
    details = PlatformDetails(SITE, "tool-a", f"{SITE}/auth", f"{SITE}/token", f"{SITE}/jwks")
    with database.writing() as session:
        return add_platform(session, details, ["1"], origins=["https://www.a.example"], at=now()).id


@pytest.fixture
def consumer_id(database: Database) -> UUID:
    with database.writing() as session:
        add_consumer(session, "school", outcome_hosts=["10.0.0.7:8080"], at=now())
        return session.scalars(select(Consumer.id)).one()


def platform_of(database: Database) -> Registration:
    with database.reading() as session:
        return session.scalars(select(Registration)).one()


def consumer_of(database: Database) -> tuple[Consumer, str]:
    """The row and its secret."""
    with database.reading() as session:
        row = session.scalars(select(Consumer)).one()
        return row, vault_of(session).open(row.sealed_secret)


def acts_of_people(database: Database) -> list[str]:
    with database.reading() as session:
        entries = select(AuditEntry.action).where(AuditEntry.actor_id.is_not(None), AuditEntry.action.like("lti.%"))
        return list(session.scalars(entries.order_by(AuditEntry.at, AuditEntry.id)))


def test_form_connects_a_platform_and_leads_to_its_page(admin: FlaskClient, database: Database) -> None:
    empty = admin.get(f"{PAGE}/new")
    answer = admin.post(f"{PAGE}/new", data=TYPED, follow_redirects=True)

    row = platform_of(database)
    assert empty.status_code == 200
    assert answer.request.path == f"{PAGE}/{row.id}"
    assert (row.issuer, row.client_id, row.token_url) == (SITE, "tool-a", f"{SITE}/token")
    assert row.origins == [SITE, "https://www.a.example"]
    with database.reading() as session:
        ids = session.scalars(select(Deployment.deployment_id).where(Deployment.is_approved)).all()
    assert sorted(ids) == ["1", "2"]
    assert f"{PAGE}/{row.id}" in admin.get(PAGE).text
    assert acts_of_people(database) == ["lti.platform_added"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": ""},
        {"issuer": "x" * 256},
        {"client_id": "a\u202eb"},
        {"auth_url": "javascript:alert(1)"},
        {"token_url": ""},
        {"jwks_url": "https://user:word@a.example/"},
        {"jwks_url": f"{SITE}/{'x' * 2000}"},
        {"origins": "https://a.example\nhttps://b.example; script-src *"},
        {"deployment_ids": "1\n" + "x" * 256},
    ],
)
def test_form_with_a_wrong_field_says_so_and_connects_nobody(
    admin: FlaskClient, database: Database, wrong: dict[str, str]
) -> None:
    answer = admin.post(f"{PAGE}/new", data={**TYPED, **wrong})

    assert answer.status_code == 422
    assert "field__error" in answer.text
    with database.reading() as session:
        assert session.scalars(select(Registration)).all() == []


def test_form_never_overwrites_a_platform_that_is_known(
    admin: FlaskClient, database: Database, platform_id: UUID
) -> None:
    answer = admin.post(f"{PAGE}/new", data={**TYPED, "token_url": "https://evil.example/token"})

    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert platform_of(database).token_url == f"{SITE}/token"


def test_addresses_change_while_issuer_client_and_state_stay(
    admin: FlaskClient, database: Database, platform_id: UUID
) -> None:
    admin.post(f"{PAGE}/{platform_id}/state", data={"to": "off"})
    before = admin.get(f"{PAGE}/{platform_id}/edit").text
    changed = {**TYPED, "issuer": "https://b.example", "token_url": "https://api.a.example/t", "origins": ""}
    answer = admin.post(f"{PAGE}/{platform_id}/edit", data=changed)
    wrong = admin.post(f"{PAGE}/{platform_id}/edit", data={**changed, "token_url": "nonsense"})

    row = platform_of(database)
    assert f'value="{SITE}/token"' in before
    assert "https://www.a.example" in before
    assert (answer.status_code, wrong.status_code) == (302, 422)
    assert (row.issuer, row.client_id, row.is_active) == (SITE, "tool-a", False)
    assert row.trusted_hosts == ["a.example:443", "api.a.example:443"]
    assert row.origins == [SITE]


def test_page_of_a_platform_switches_it_off_after_a_question_and_on_again(
    admin: FlaskClient, database: Database, platform_id: UUID
) -> None:
    on = admin.get(f"{PAGE}/{platform_id}").text
    admin.post(f"{PAGE}/{platform_id}/state", data={"to": "off"})
    off = admin.get(f"{PAGE}/{platform_id}").text
    was_active = platform_of(database).is_active
    admin.post(f"{PAGE}/{platform_id}/state", data={"to": "on"})

    assert '<dialog class="dialog" id="off"' in on
    assert '<dialog class="dialog" id="off"' not in off
    assert 'name="to" value="on"' in off
    assert (was_active, platform_of(database).is_active) == (False, True)
    assert acts_of_people(database) == ["lti.platform_disabled", "lti.platform_enabled"]


def test_consumer_is_connected_and_its_secret_shown_once(admin: FlaskClient, database: Database) -> None:
    empty = admin.get(f"{CONSUMERS}/new")
    answer = admin.post(f"{CONSUMERS}/new", data={"key": "school", "outcome_hosts": "10.0.0.7:8080"})

    row, secret = consumer_of(database)
    assert (empty.status_code, answer.status_code) == (200, 200)
    assert secret in answer.text
    assert row.trusted_hosts == ["10.0.0.7:8080"]
    assert secret not in admin.get(f"{CONSUMERS}/{row.id}").text
    assert f"{CONSUMERS}/{row.id}" in admin.get(PAGE).text


@pytest.mark.parametrize(
    "typed",
    [
        {"key": ""},
        {"key": "x" * 256},
        {"key": "school"},
        {"key": "new", "origins": "www.a.example"},
        {"key": "new", "outcome_hosts": "moodle.lan:99999"},
    ],
)
def test_consumer_form_with_a_wrong_field_tells_no_secret(
    admin: FlaskClient, database: Database, consumer_id: UUID, typed: dict[str, str]
) -> None:
    answer = admin.post(f"{CONSUMERS}/new", data=typed)

    _row, secret = consumer_of(database)
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert secret not in answer.text


def test_consumer_changes_is_switched_off_and_on_and_gets_a_new_secret(
    admin: FlaskClient, database: Database, consumer_id: UUID
) -> None:
    page, (_row, old) = f"{CONSUMERS}/{consumer_id}", consumer_of(database)
    before = admin.get(f"{page}/edit").text
    changed = admin.post(f"{page}/edit", data={"origins": "https://www.a.example/x", "outcome_hosts": ""})
    wrong = admin.post(f"{page}/edit", data={"origins": "nonsense"})
    admin.post(f"{page}/state", data={"to": "off"})
    off, shown = consumer_of(database)[0].is_active, admin.get(page).text
    admin.post(f"{page}/state", data={"to": "on"})
    answer = admin.post(f"{page}/secret")

    row, secret = consumer_of(database)
    assert "10.0.0.7:8080" in before
    assert (changed.status_code, wrong.status_code) == (302, 422)
    assert (row.origins, row.trusted_hosts) == (["https://www.a.example"], [])
    assert (off, row.is_active) == (False, True)
    assert 'name="to" value="on"' in shown
    assert secret != old
    assert secret in answer.text
    assert acts_of_people(database) == [
        "lti.consumer_changed",
        "lti.consumer_disabled",
        "lti.consumer_enabled",
        "lti.secret_rotated",
    ]


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.TUTOR, Role.TEACHER])
def test_pages_are_the_administrators_alone(
    app: Flask, database: Database, platform_id: UUID, consumer_id: UUID, role: Role
) -> None:
    _row, secret = consumer_of(database)
    with without_csrf(app):
        visitor = browser_of(app, make_person(database, "Пётр", role))
        platform, consumer = f"{PAGE}/{platform_id}", f"{CONSUMERS}/{consumer_id}"
        read = [f"{PAGE}/new", platform, f"{platform}/edit", f"{CONSUMERS}/new", consumer, f"{consumer}/edit"]
        written = [f"{PAGE}/new", f"{platform}/edit", f"{platform}/state", f"{CONSUMERS}/new", f"{consumer}/edit",
                   f"{consumer}/state", f"{consumer}/secret"]  # fmt: skip

        assert {visitor.get(path).status_code for path in read} == {403}
        assert {visitor.post(path, data={**TYPED, "to": "off"}).status_code for path in written} == {403}
    assert platform_of(database).is_active
    assert consumer_of(database)[0].is_active
    assert consumer_of(database)[1] == secret


def test_ids_of_nobody_and_of_the_other_kind_are_not_found(
    admin: FlaskClient, platform_id: UUID, consumer_id: UUID
) -> None:
    read = [f"{PAGE}/{one}{end}" for one in (new_id(), consumer_id) for end in ("", "/edit")]
    read += [f"{CONSUMERS}/{one}{end}" for one in (new_id(), platform_id) for end in ("", "/edit")]
    written = [f"{PAGE}/{consumer_id}/state", f"{CONSUMERS}/{platform_id}/state", f"{CONSUMERS}/{new_id()}/secret"]

    assert {admin.get(path).status_code for path in [*read, f"{PAGE}/nonsense"]} == {404}
    assert {admin.post(path, data={"to": "off"}).status_code for path in written} == {404}


def test_forms_without_their_token_change_nothing(app: Flask, database: Database, platform_id: UUID) -> None:
    admin = browser_of(app, make_person(database, "Анна Админова", Role.ADMIN))
    answer = admin.post(f"{PAGE}/{platform_id}/state", data={"to": "off"})

    assert answer.status_code == 400
    assert platform_of(database).is_active
