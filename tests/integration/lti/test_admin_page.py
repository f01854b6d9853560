"""The administrator's page of platforms."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import jobs
from lms.clock import now
from lms.courses.models import CourseRun
from lms.database import Database, new_id
from lms.lti import passback
from lms.lti.consumers import add_consumer
from lms.lti.errors import PlatformRefused
from lms.lti.models import Deployment, Registration, ScoreTarget
from lms.people.actor import Role
from tests.contract.lti.course_made import release_score
from tests.factories.people import browser_of, make_person, without_csrf

pytestmark = pytest.mark.databases("sqlite")
PAGE = "/admin/platforms"


@pytest.fixture
def admin(app: Flask, database: Database) -> Iterator[FlaskClient]:
    person_id = make_person(database, "Анна Админова", Role.ADMIN, login="anna")
    with without_csrf(app):
        yield browser_of(app, person_id)


def test_page_of_a_fresh_installation_says_how_to_begin(admin: FlaskClient) -> None:
    page = admin.get(PAGE).text

    assert f'href="{PAGE}/new"' in page
    assert f'href="{PAGE}/consumers/new"' in page
    assert "http://lms.localhost:8080/lti/jwks.json" in page


def test_waiting_deployment_is_approved(admin: FlaskClient, database: Database, target: ScoreTarget) -> None:
    with database.writing() as session:
        registration = session.scalars(select(Registration)).one()
        waiting = Deployment(
            id=new_id(), registration_id=registration.id, deployment_id="new-9", is_approved=False, created_at=now()
        )
        session.add(waiting)
        add_consumer(session, "school-key", at=now())
    before = admin.get(PAGE).text
    answer = admin.post(f"{PAGE}/deployments/{waiting.id}/approve")

    assert f"{PAGE}/deployments/{waiting.id}/approve" in before
    assert "school-key" in before
    assert answer.headers["Location"] == PAGE
    assert f"{PAGE}/deployments/{waiting.id}/approve" not in admin.get(PAGE).text
    with database.reading() as session:
        assert session.get_one(Deployment, waiting.id).is_approved


def test_refused_score_is_shown_with_its_reason_and_sent_again(
    admin: FlaskClient, database: Database, target: ScoreTarget, run: CourseRun
) -> None:
    with database.writing() as session:
        release_score(session, target.person_id, run, "two", score=10, generation=1, at=now())
        sending = passback.begin(session, target.id, sender="job", at=now())
        assert sending is not None
        error = PlatformRefused("school.example", 400, "<b>not enrolled</b>")
        passback.finish(session, sending, "refused", error=error, at=now())
    page = admin.get(PAGE).text
    answer = admin.post(f"{PAGE}/scores/{target.id}/again")

    assert "Аня Соколова" in page
    assert "75" in page
    assert "&lt;b&gt;not enrolled&lt;/b&gt;" in page
    assert answer.status_code == 302
    with database.reading() as session:
        waiting = jobs.list_waiting(session, state="waiting", limit=50)
    assert any(row.handler == passback.POST and "again-" in row.key for row in waiting)


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.TUTOR, Role.TEACHER])
def test_page_is_the_administrators_alone(app: Flask, database: Database, target: ScoreTarget, role: Role) -> None:
    with without_csrf(app):
        visitor = browser_of(app, make_person(database, "Пётр", role))

        assert visitor.get(PAGE).status_code == 403
        assert visitor.post(f"{PAGE}/scores/{target.id}/again").status_code == 403


def test_send_again_of_an_unknown_score_is_not_found(admin: FlaskClient) -> None:
    assert admin.post(f"{PAGE}/scores/{new_id()}/again").status_code == 404
    assert admin.post(f"{PAGE}/deployments/{new_id()}/approve").status_code == 404
