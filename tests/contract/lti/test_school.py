"""The school launches the tool, and the tool's scores come back: both as real processes, over HTTP alone."""

import time
from collections.abc import Callable
from uuid import UUID

import pytest
from lxml import html
from sqlalchemy import func, select

from lms.clock import now
from lms.courses.enrolment import is_enrolled
from lms.courses.models import CourseRun
from lms.courses.runs import find_run_by_slug
from lms.database import Database
from lms.lti.models import LaunchState, Nonce, ScorePost, ScoreTarget
from lms.people.accounts import AccountKey, find_account
from lms.people.models import Grant, Person, SignInSession
from lms_demo_platform.config import CLIENT_ID, CONSUMER_KEY, ISSUER
from tests.contract.lti.browsing import Browser, Form
from tests.contract.lti.course_made import SLUG, release_score
from tests.contract.lti.processes import World

ANNA, TIMUR, DARIA, TEACHER = "7-9b-1f3c", "7-9b-27d0", "7-9b-3e81", "7-t-0c19"
BY_1_3, BY_1_1 = "data", "data-lab"


def account_key(link_id: str, person_id: str) -> AccountKey:
    if link_id == BY_1_1:
        return AccountKey("lti11", person_id, client_id=CONSUMER_KEY)
    return AccountKey("lti13", person_id, ISSUER, CLIENT_ID)


def person_of(database: Database, link_id: str, person_id: str) -> UUID:
    with database.reading() as session:
        account = find_account(session, account_key(link_id, person_id))
        assert account is not None
        return account.person_id


def launched(world: World, person_id: str, link_id: str) -> Browser:
    browser = Browser()
    browser.sign_in_to(world.school, person_id)
    answer = browser.post(browser.launch_form(world.school, link_id), follow=False)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].endswith(SLUG)
    return browser


def eventually(true: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def points_in_gradebook(world: World, person_id: str, link_id: str) -> str | None:
    teacher = Browser()
    teacher.sign_in_to(world.school, TEACHER)
    page = html.fromstring(teacher.get(f"{world.school}/gradebook").content)
    found = page.xpath(f'//td[@data-link="{link_id}"][@data-person="{person_id}"]/strong')
    return str(found[0].text_content()) if found else None


@pytest.mark.parametrize("link_id", [BY_1_3, BY_1_1])
def test_pupil_is_known_enrolled_and_signed_in(world: World, database: Database, link_id: str) -> None:
    browser = launched(world, ANNA, link_id)

    person_id = person_of(database, link_id, ANNA)
    with database.reading() as session:
        run = find_run_by_slug(session, SLUG)
        assert run is not None
        assert is_enrolled(session, run.id, person_id)
        assert session.get_one(Person, person_id).display_name == "Анна Соколова"
        roles = session.scalars(select(Grant.role).where(Grant.person_id == person_id)).all()
    assert roles == ["participant"]
    assert "Анна Соколова" in browser.get(f"{world.tool}/account").text


@pytest.mark.parametrize("link_id", [BY_1_3, BY_1_1])
def test_launching_again_is_the_same_person(world: World, database: Database, link_id: str) -> None:
    launched(world, TIMUR, link_id)
    first = person_of(database, link_id, TIMUR)
    launched(world, TIMUR, link_id)

    assert person_of(database, link_id, TIMUR) == first


def test_same_pupil_by_two_registrations_is_two_accounts(world: World, database: Database) -> None:
    launched(world, DARIA, BY_1_3)
    launched(world, DARIA, BY_1_1)

    assert person_of(database, BY_1_3, DARIA) != person_of(database, BY_1_1, DARIA)


@pytest.mark.parametrize("link_id", [BY_1_3, BY_1_1])
def test_teacher_has_rights_in_this_run_alone(world: World, database: Database, link_id: str) -> None:
    launched(world, TEACHER, link_id)

    person_id = person_of(database, link_id, TEACHER)
    with database.reading() as session:
        run_id = session.scalar(select(CourseRun.id).where(CourseRun.slug == SLUG))
        grants = session.execute(select(Grant.role, Grant.scope_id).where(Grant.person_id == person_id)).all()
        targets = session.scalar(
            select(func.count()).select_from(ScoreTarget).where(ScoreTarget.person_id == person_id)
        )
    assert [tuple(grant) for grant in grants] == [("teacher", run_id)]
    assert targets == 0


@pytest.mark.parametrize("link_id", [BY_1_3, BY_1_1])
def test_second_use_of_a_launch_opens_nothing(world: World, database: Database, link_id: str) -> None:
    browser = Browser()
    browser.sign_in_to(world.school, ANNA)
    form = browser.launch_form(world.school, link_id)
    assert browser.post(form, follow=False).status_code == 303
    before = counts(database)
    again = browser.post(form, follow=False)

    assert again.status_code == 410
    assert counts(database) == before


@pytest.mark.parametrize("link_id", [BY_1_3, BY_1_1])
def test_changed_message_opens_nothing(world: World, database: Database, link_id: str) -> None:
    browser = Browser()
    browser.sign_in_to(world.school, ANNA)
    form = browser.launch_form(world.school, link_id)
    name = "id_token" if link_id == BY_1_3 else "roles"
    value = form.fields[name]
    changed = Form(form.action, {**form.fields, name: value[:-12] + "AAAAAAAAAAAA" if "." in value else "Instructor"})
    before = counts(database)
    answer = browser.post(changed, follow=False)

    assert answer.status_code in (400, 403)
    assert "lms_session" not in answer.cookies
    assert counts(database) == before


def test_launch_in_another_browser_is_refused(world: World, database: Database) -> None:
    browser = Browser()
    browser.sign_in_to(world.school, ANNA)
    form = browser.launch_form(world.school, BY_1_3)
    before = counts(database)

    assert Browser().post(form, follow=False).status_code == 403
    assert counts(database) == before
    assert browser.post(form, follow=False).status_code == 303


def test_pupil_signed_out_of_the_school_reads_why(world: World) -> None:
    browser = Browser()
    browser.sign_in_to(world.school, ANNA)
    login = browser.session.get(f"{world.school}/start/{BY_1_3}", allow_redirects=False, timeout=10).headers["Location"]
    browser.session.post(f"{world.school}/sign-out", timeout=10)
    answer = browser.get(login)
    refused = browser.post(Form(f"{world.tool}/lti/launch", _fields(answer.content)), follow=False)

    assert refused.status_code == 400
    assert "Платформа школы не подтвердила вход." in refused.text
    assert "login_required" not in refused.text, "its word is for the log"


@pytest.mark.parametrize("link_id", [BY_1_3, BY_1_1])
def test_scores_come_into_the_gradebook_newest_last(world: World, database: Database, link_id: str) -> None:
    launched(world, TIMUR, link_id)
    person_id = person_of(database, link_id, TIMUR)
    score(database, person_id, "one", 10, generation=1)
    eventually(lambda: points_in_gradebook(world, TIMUR, link_id) == "25")
    score(database, person_id, "two", 2, generation=1)
    score(database, person_id, "two", 8, generation=2)
    eventually(lambda: points_in_gradebook(world, TIMUR, link_id) == "85")

    eventually(lambda: statuses(database, person_id) == ["sent"])


def statuses(database: Database, person_id: UUID) -> list[str]:
    with database.reading() as session:
        query = select(ScorePost.status).join(ScoreTarget, ScoreTarget.id == ScorePost.target_id)
        return list(session.scalars(query.where(ScoreTarget.person_id == person_id)))


def score(database: Database, person_id: UUID, step: str, points: int, *, generation: int) -> None:
    with database.writing() as session:
        run = session.scalars(select(CourseRun).where(CourseRun.slug == SLUG)).one()
        release_score(session, person_id, run, step, score=points, generation=generation, at=now())


def counts(database: Database) -> dict[str, int]:
    """How many rows there are of what a launch makes."""
    with database.reading() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Person, SignInSession, LaunchState, Nonce, ScoreTarget, Grant)
        }


def _fields(page: bytes) -> dict[str, str]:
    (form,) = html.fromstring(page).forms
    return dict(form.fields)
