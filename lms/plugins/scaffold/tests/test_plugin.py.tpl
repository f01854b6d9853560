"""What the plugin promises, through its pages and as the ledger calls it."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import ledger
from lms.clock import now
from lms.database import Database
from lms.jobs import JobRun
from lms.ledger import Fact, NewFact
from lms.people import accounts, sessions
from lms.people.actor import Role
from lms.people.erasure import erase_person
from lms.people.personal import export_person
from lms.people.visitor import COOKIE
from $package.service import count_completed, hear_completion, list_notes


@pytest.fixture
def participant(database: Database) -> UUID:
    return make_person(database, Role.PARTICIPANT)


def make_person(database: Database, role: Role) -> UUID:
    with database.writing() as session:
        person = accounts.create_person(session, "Vera Ivanova", at=now())
        accounts.grant(session, person.id, role, at=now())
    return person.id


def browser_of(app: Flask, database: Database, person_id: UUID) -> FlaskClient:
    """A browser in which this person is signed in; its forms need no token."""
    with database.writing() as session:
        token = sessions.open_session(session, person_id, at=now(), days=1, browser="Firefox")
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.set_cookie(COOKIE, token)
    return browser


def complete_a_course(database: Database, person_id: UUID) -> Fact:
    with database.writing() as session:
        return ledger.append(
            session,
            NewFact(
                key=f"test:{person_id.hex}",
                kind="course.completed",
                person_id=person_id,
                subject="course:test",
                at=now(),
                source="test",
            ),
        )


def take_back(database: Database, fact: Fact) -> Fact:
    with database.writing() as session:
        return ledger.void(session, session.get_one(Fact, fact.id), reason="test", at=now(), actor_id=None)


def hear(database: Database, fact: Fact) -> None:
    hear_completion(JobRun("test", {"fact_id": str(fact.id)}, 1, database, now))


def test_note_that_was_written_is_on_the_page(app: Flask, database: Database, participant: UUID) -> None:
    browser = browser_of(app, database, participant)

    page = browser.post("/$name", data={"text": "Ask about risk"}, follow_redirects=True)

    assert page.status_code == 200
    assert "Ask about risk" in page.text


def test_note_without_text_is_refused(app: Flask, database: Database, participant: UUID) -> None:
    browser = browser_of(app, database, participant)

    page = browser.post("/$name", data={"text": "  "})

    assert page.status_code == 422


def test_note_of_somebody_else_cannot_be_deleted(app: Flask, database: Database, participant: UUID) -> None:
    browser_of(app, database, participant).post("/$name", data={"text": "Mine"})
    with database.reading() as session:
        note = list_notes(session, participant)[0]
    other = make_person(database, Role.PARTICIPANT)

    refused = browser_of(app, database, other).post(f"/$name/{note.id}/delete")
    accepted = browser_of(app, database, participant).post(f"/$name/{note.id}/delete")

    assert (refused.status_code, accepted.status_code) == (404, 302)


def test_page_is_closed_to_who_may_not_write(app: Flask, database: Database) -> None:
    host = make_person(database, Role.HOST)

    page = browser_of(app, database, host).get("/$name")

    assert page.status_code == 403


def test_completion_heard_twice_counts_once(database: Database, participant: UUID) -> None:
    fact = complete_a_course(database, participant)

    hear(database, fact)
    hear(database, fact)

    with database.reading() as session:
        assert count_completed(session, participant) == 1


@pytest.mark.parametrize("void_comes_first", [False, True])
def test_completion_taken_back_does_not_count(database: Database, participant: UUID, *, void_comes_first: bool) -> None:
    fact = complete_a_course(database, participant)
    void = take_back(database, fact)

    for heard in (void, fact) if void_comes_first else (fact, void):
        hear(database, heard)

    with database.reading() as session:
        assert count_completed(session, participant) == 0


def test_person_gets_their_notes_and_is_forgotten(app: Flask, database: Database, participant: UUID) -> None:
    admin = make_person(database, Role.ADMIN)
    browser_of(app, database, participant).post("/$name", data={"text": "Mine"})

    with database.writing() as session:
        before = export_person(session, participant, by=admin, at=now()).rows["$name"]["rows"]
        erase_person(session, participant, by=admin, at=now())
        after = list_notes(session, participant)

    assert before[0]["text"] == "Mine"
    assert after == []
