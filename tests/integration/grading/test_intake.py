"""Handing in: stored first, once for the same bytes, refused with a sentence."""

from datetime import timedelta
from threading import Thread

import pytest

from lms.clock import now
from lms.courses.models import CourseRun
from lms.people.actor import Role
from tests.factories.jobs import waiting
from tests.factories.people import make_person, without_csrf
from tests.integration.grading.conftest import Class


def test_upload_makes_an_attempt_and_its_job(school_class: Class) -> None:
    assert school_class.hand_in(school_class.work()) == 302

    (attempt,) = school_class.attempts()
    assert (attempt.number, attempt.state, attempt.source, attempt.is_late) == (1, "queued", "upload", False)
    (job,) = waiting(school_class.database, "grading.grade")
    assert job[1]["ids"] == {"attempt_id": str(attempt.id), "generation": "1"}


def test_same_bytes_again_make_no_new_attempt(school_class: Class) -> None:
    content = school_class.work()

    assert [school_class.hand_in(content) for _ in range(3)] == [302, 302, 302]

    assert len(school_class.attempts()) == 1


def test_same_bytes_from_two_tabs_at_once_make_one_attempt(school_class: Class) -> None:
    content, statuses = school_class.work(), []
    tabs = [Thread(target=lambda: statuses.append(school_class.upload(content))) for _ in range(6)]

    with without_csrf(school_class.app):
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()

    assert len(school_class.attempts()) == 1
    assert len(waiting(school_class.database, "grading.grade")) == 1
    assert set(statuses) == {302}


def test_two_different_works_are_two_attempts(school_class: Class) -> None:
    school_class.hand_in(school_class.work("Первый ответ"))
    school_class.hand_in(school_class.work("Второй ответ"))

    assert [attempt.number for attempt in school_class.attempts()] == [1, 2]


def test_who_is_not_in_the_course_hands_nothing_in(school_class: Class) -> None:
    stranger = make_person(school_class.database, "Чужой", Role.PARTICIPANT)

    assert school_class.hand_in(school_class.work(), stranger) == 403

    assert school_class.attempts() == []


def test_course_that_is_over_takes_nothing_and_says_so(school_class: Class) -> None:
    with school_class.database.writing() as session:
        session.get_one(CourseRun, school_class.run.id).ends_at = now() - timedelta(days=1)

    assert school_class.hand_in(school_class.work()) == 409

    assert school_class.attempts() == []


def test_file_over_the_limit_is_refused_and_nothing_is_kept(school_class: Class) -> None:
    limit = school_class.app.extensions["lms.settings"].upload_limit

    assert school_class.hand_in(b"x" * (limit + 1)) == 413

    assert school_class.attempts() == []


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("content", [b"", b"no notebook", b'{"cells": 1}', b"\xff\xfe\x00", b"[" * 100_000])
def test_file_that_is_no_notebook_is_kept_and_refused_with_a_reason(school_class: Class, content: bytes) -> None:
    school_class.hand_in(content)
    school_class.grade()

    (attempt,) = school_class.attempts()
    assert attempt.state == "refused"
    assert attempt.message
    page = school_class.browser(school_class.pupil_id).get(school_class.page)
    assert page.status_code == 200
    own = school_class.browser(school_class.pupil_id).get(f"/work/{attempt.id}/notebook.ipynb")
    assert own.data == content


def test_upload_without_a_file_says_what_is_missing(school_class: Class) -> None:
    status, text = school_class.post(school_class.pupil_id, school_class.page)

    assert status == 400
    assert 'role="alert"' in text or "field__error" in text


def test_fourth_work_waits_until_the_others_are_graded(school_class: Class) -> None:
    statuses = [school_class.hand_in(school_class.work(f"Ответ {number}")) for number in range(4)]

    assert statuses == [302, 302, 302, 429]
    assert len(school_class.attempts()) == 3
