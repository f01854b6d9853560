"""The page of background work, with real jobs in the engine's tables."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.jobs import Failure, Handler, Handlers, Worker, counts, enqueue, list_waiting
from lms.people.actor import Role
from tests.factories.people import browser_of, make_person, without_csrf

AT = now()


@pytest.fixture(autouse=True)
def handler(database):
    database.registries.get(Handlers).add(Handler("tests.work", lambda run: None))


@pytest.fixture
def admin(app, database):
    with without_csrf(app):
        yield browser_of(app, make_person(database, "Анна", Role.ADMIN))


@pytest.fixture
def failure_id(database):
    with database.writing() as session:
        failure = Failure(
            job_id="tests.work:broken",
            handler="tests.work",
            key="broken",
            ids={"thing": "7"},
            reason="<b>the other side</b> said no",
            attempts=7,
            failed_at=AT,
        )
        session.add(failure)
        session.flush()
        return failure.id


def test_jobs_page_shows_what_waits_and_that_nobody_works(admin, database):
    with database.writing() as session:
        enqueue(session, "tests.work", {"thing": "1"}, key="waiting-one")

    page = admin.get("/admin/jobs").text

    assert "waiting-one" in page
    assert 'role="alert"' in page
    assert "waiting-one" not in admin.get("/admin/jobs?show=running").text


def test_jobs_page_says_when_a_job_that_pauses_is_tried_next(admin, database):
    before = now()
    with database.writing() as session:
        enqueue(session, "tests.work", {"thing": "1"}, key="patient", delay_seconds=3 * 24 * 3600)

    page = admin.get("/admin/jobs?show=waiting").text

    (row,) = re.findall(r"<tr>.*?patient.*?</tr>", page, re.DOTALL)
    (due_at,) = (datetime.fromisoformat(one) for one in re.findall(r'datetime="([^"]+)"', row)[1:])
    assert timedelta(days=3) - timedelta(seconds=1) < due_at - before < timedelta(days=3) + timedelta(minutes=5)


def test_jobs_page_says_since_when_the_oldest_job_could_have_been_begun(admin, database):
    with database.writing() as session:
        session.add(Worker(name="w", started_at=AT, beat_at=now()))
        enqueue(session, "tests.work", {"thing": "1"}, key="patient", delay_seconds=3600)
    with database.writing() as session:
        enqueue(session, "tests.work", {"thing": "1"}, key="ready")

    with database.reading() as session:
        (ready,) = [job for job in list_waiting(session) if job.key == "ready"]
        assert counts(session).oldest_at == ready.created_at
    assert ready.created_at.isoformat() in admin.get("/admin/jobs").text.partition('id="jobs"')[0]


def test_jobs_page_counts_living_workers(admin, database):
    with database.writing() as session:
        session.add(Worker(name="w", started_at=AT, beat_at=now()))

    assert 'role="alert"' not in admin.get("/admin/jobs").text


def test_failed_job_shows_its_reason_as_text_and_again_enlists_it_once(admin, database, failure_id):
    page = admin.get("/admin/jobs").text
    assert "&lt;b&gt;the other side&lt;/b&gt; said no" in page
    (again_url,) = re.findall(r'action="(/admin/jobs/failures/[^"]+/again)"', page)

    assert admin.post(again_url).status_code == 302
    assert admin.post(again_url).status_code == 409

    with database.reading() as session:
        assert [(job.handler, job.state) for job in list_waiting(session)] == [("tests.work", "waiting")]
        assert session.scalars(select(Failure).where(Failure.again_at.is_(None))).all() == []
    assert "the other side" not in admin.get("/admin/jobs?show=failed").text


def test_again_of_nothing_is_not_found(admin):
    assert admin.post("/admin/jobs/failures/01234567-0123-7123-8123-012345678901/again").status_code == 404


@pytest.mark.databases("sqlite")
def test_menu_counts_the_failures(admin, failure_id):
    assert re.search(r'href="/admin".*?<span class="count">1<', admin.get("/admin").text, re.DOTALL)


@pytest.mark.databases("sqlite")
def test_index_shows_the_pages_that_rooms_brought(admin):
    page = admin.get("/admin").text

    for path in ("/admin/people", "/admin/people/groups", "/admin/people/import", "/admin/people/audit", "/admin/jobs"):
        assert f'href="{path}"' in page


@pytest.mark.databases("sqlite")
def test_menu_has_no_administration_for_others(app, database):
    page = browser_of(app, make_person(database, "Вера", Role.PARTICIPANT)).get("/account").text

    assert 'href="/admin"' not in page
