"""The administrator's pages of class lists."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms import jobs
from lms.clock import now
from lms.database import Database, new_id
from lms.lti.models import Registration, Roster, RosterMember
from lms.people.accounts import create_person
from lms.people.actor import Role
from tests.factories.people import browser_of, make_person, without_csrf

pytestmark = pytest.mark.databases("sqlite")
PAGE = "/admin/rosters"


@pytest.fixture
def admin(app: Flask, database: Database) -> Iterator[FlaskClient]:
    person_id = make_person(database, "Анна Админова", Role.ADMIN, login="anna")
    with without_csrf(app):
        yield browser_of(app, person_id)


def make_roster(database: Database, title: str, *names: str, gone: str = "") -> UUID:
    at = now()
    with database.writing() as session:
        registration = Registration(
            id=new_id(), issuer=f"https://{title}.example", client_id="c", auth_url="", token_url="", jwks_url="",
            origins=[], trusted_hosts=[], created_at=at,
        )  # fmt: skip
        session.add(registration)
        session.flush()
        roster = Roster(
            id=new_id(), registration_id=registration.id, source_id=new_id(), context_id="1", context_title=title,
            url="", status="failed" if gone else "new", reason="There is no %(what)s.", reason_params={"what": "list"},
        )  # fmt: skip
        session.add(roster)
        session.flush()
        for name in (*names, gone):
            person = create_person(session, name, at=at)
            session.add(
                RosterMember(
                    roster_id=roster.id, subject_hash=name, person_id=person.id, seen_at=at,
                    left_at=at if name == gone else None,
                )
            )  # fmt: skip
        return roster.id


def test_without_a_platform_the_page_says_how_one_appears(admin: FlaskClient) -> None:
    assert "shares names and roles" in admin.get(PAGE, headers={"Accept-Language": "en"}).text


def test_list_names_course_people_and_why_reading_failed(admin: FlaskClient, database: Database) -> None:
    make_roster(database, "9b", "Аня Соколова", "Борис Пермяков", gone="Вера Ильина")
    page = admin.get(PAGE, headers={"Accept-Language": "en"}).text

    for text in ("9b", "9b.example", "1 gone", "could not be read", "There is no list."):
        assert text in page


def test_course_shows_who_is_there_before_who_is_gone(admin: FlaskClient, database: Database) -> None:
    roster_id = make_roster(database, "9b", "Юля Соколова", gone="Аня Ильина")
    page = admin.get(f"{PAGE}/{roster_id}").text

    assert page.index("Юля Соколова") < page.index("Аня Ильина")


def test_reading_is_asked_for_in_the_background(admin: FlaskClient, database: Database) -> None:
    roster_id = make_roster(database, "9b", "Юля Соколова")
    answer = admin.post(f"{PAGE}/{roster_id}/read")

    assert answer.headers["Location"] == f"{PAGE}/{roster_id}"
    with database.reading() as session:
        waiting = jobs.list_waiting(session, limit=10)
    assert [job.handler for job in waiting] == ["lti.read_roster"]


def test_unknown_list_is_not_found(admin: FlaskClient) -> None:
    assert admin.get(f"{PAGE}/{new_id()}").status_code == 404
    assert admin.post(f"{PAGE}/{new_id()}/read").status_code == 404


def test_page_costs_the_same_for_one_list_and_for_many(admin: FlaskClient, database: Database) -> None:
    make_roster(database, "9b", "Юля Соколова", gone="Аня Ильина")
    count_queries(admin, database)  # the first page of a process asks who may frame it
    one = count_queries(admin, database)
    for number in range(20):
        make_roster(database, f"class-{number}", f"Ученик {number}", f"Другой {number}", gone=f"Третий {number}")

    assert count_queries(admin, database) == one


def count_queries(admin: FlaskClient, database: Database) -> int:
    seen: list[str] = []

    def listen(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        assert admin.get(PAGE).status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)
    return len(seen)
