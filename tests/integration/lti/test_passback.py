"""Sending a score: what is sent, what a platform's answers lead to, and that the newest score wins."""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from lms import ledger
from lms.clock import now
from lms.completion.evidence import COMPLETED
from lms.courses.models import CourseRun
from lms.database import Database
from lms.jobs import JobRun, Refused
from lms.ledger import list_facts
from lms.lti import passback
from lms.lti.errors import PlatformBusy, PlatformConflict, PlatformUnreachable, SendingUnderWay
from lms.lti.models import Registration, ResourceLink, ScorePost, ScoreTarget
from tests.contract.lti.course_made import release_score
from tests.contract.lti.gradebook import Gradebook, other_pupil


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def job(database: Database, target: ScoreTarget, job_id: str = "job") -> JobRun:
    return JobRun(job_id, {"target_id": str(target.id)}, 1, database, now)


def score(database: Database, pupil_id: UUID, run: CourseRun, step: str, points: int, generation: int = 1) -> None:
    with database.writing() as session:
        release_score(session, pupil_id, run, step, score=points, generation=generation, at=now())


def status(database: Database, target: ScoreTarget) -> tuple[str, str] | None:
    with database.reading() as session:
        post = session.get(ScorePost, target.id)
        return None if post is None else (post.status, post.reason % post.reason_params)


def test_share_of_the_course_is_sent_once(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    score(database, pupil_id, run, "two", 5)
    passback.post(job(database, target))
    passback.post(job(database, target))

    (sent,) = gradebook.scores
    assert (sent["userId"], sent["scoreGiven"], sent["scoreMaximum"]) == ("7", 37.5, 100)
    assert status(database, target) == ("sent", "")


def test_platform_is_told_the_score_that_the_completion_shows(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    score(database, pupil_id, run, "two", 5)
    score(database, pupil_id, run, "one", 3)
    passback.post(job(database, target))

    with database.reading() as session:
        (completed,) = list_facts(session, pupil_id, course_run_id=run.id, kinds=[COMPLETED])
    assert completed.value["score"] == "0.4500"
    assert [sent["scoreGiven"] for sent in gradebook.scores] == [45]


def test_nothing_scored_sends_nothing(database: Database, target: ScoreTarget, gradebook: Gradebook) -> None:
    passback.post(job(database, target))

    assert gradebook.scores == []
    assert status(database, target) is None


def test_late_job_sends_what_is_true_by_then(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    score(database, pupil_id, run, "two", 5)
    score(database, pupil_id, run, "two", 10, generation=2)
    passback.post(job(database, target))

    assert [sent["scoreGiven"] for sent in gradebook.scores] == [75]


def test_times_grow_by_whole_seconds(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    for generation in (1, 2, 3):
        score(database, pupil_id, run, "two", generation, generation=generation)
        passback.post(job(database, target))

    times = [datetime.fromisoformat(sent["timestamp"]) for sent in gradebook.scores]
    assert len(times) == 3
    assert times == sorted(set(times))
    assert all(time.microsecond == 0 and time <= now() for time in times)


def test_busy_platform_is_asked_again(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    gradebook.statuses = [503, 429, 409]
    score(database, pupil_id, run, "one", 10)
    for _ in range(3):
        with pytest.raises(PlatformBusy):
            passback.post(job(database, target))
    waiting = status(database, target)
    passback.post(job(database, target))

    assert waiting is not None
    assert waiting[0] == "waiting"
    assert status(database, target) == ("sent", "")


def test_refusal_is_final_and_has_its_reason(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    gradebook.statuses = [400]
    score(database, pupil_id, run, "one", 10)
    with pytest.raises(Refused):
        passback.post(job(database, target))

    refused = status(database, target)
    assert refused is not None
    assert refused[0] == "refused"
    assert "HTTP 400" in refused[1]


def test_expired_token_is_fetched_again_once(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    gradebook.statuses = [401]
    score(database, pupil_id, run, "one", 10)
    passback.post(job(database, target))

    assert [(sent["token"], sent["status"]) for sent in gradebook.scores] == [("Bearer t-1", 401), ("Bearer t-2", 200)]


def test_no_token_is_final(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    gradebook.token_status = 404
    score(database, pupil_id, run, "one", 10)
    with pytest.raises(Refused, match="no access token"):
        passback.post(job(database, target))


@pytest.mark.case("X30")
def test_foreign_line_item_gets_no_token_of_ours(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    with database.writing() as session:
        session.scalars(select(Registration)).one().trusted_hosts = ["a.example:443"]
    score(database, pupil_id, run, "one", 10)
    with pytest.raises(Refused, match="We do not call"):
        passback.post(job(database, target))

    assert gradebook.tokens == 0


def test_second_score_waits_until_the_platform_took_the_first(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    gradebook.hold.clear()
    score(database, pupil_id, run, "one", 10)
    slow = Thread(target=passback.post, args=(job(database, target, "first"),))
    slow.start()
    assert gradebook.came.wait(20)
    score(database, pupil_id, run, "two", 10)

    with pytest.raises(SendingUnderWay):
        passback.post(job(database, target, "second"))
    gradebook.hold.set()
    slow.join()
    passback.post(job(database, target, "second"))

    assert [sent["scoreGiven"] for sent in gradebook.scores] == [25, 100]
    assert status(database, target) == ("sent", "")


def test_job_goes_on_with_its_own_sending_after_its_worker_died(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    score(database, pupil_id, run, "one", 10)
    with database.writing() as session:
        passback.begin(session, target.id, sender="first", at=now())

    passback.post(job(database, target, "first"))

    assert status(database, target) == ("sent", "")


def test_sending_that_nobody_ends_is_overtaken(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    score(database, pupil_id, run, "one", 10)
    with database.writing() as session:
        first = passback.begin(session, target.id, sender="first", at=now() - passback.LEASE)
    score(database, pupil_id, run, "two", 10)
    passback.post(job(database, target, "second"))
    assert first is not None
    with database.writing() as session:
        passback.finish(session, first, "refused", error=PlatformUnreachable("a.example", "late"), at=now())

    assert [sent["scoreGiven"] for sent in gradebook.scores] == [100]
    assert status(database, target) == ("sent", "")


def test_score_that_was_taken_back_is_taken_back_there(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    with database.writing() as session:
        fact = release_score(session, pupil_id, run, "two", score=5, generation=1, at=now())
    passback.post(job(database, target))
    with database.writing() as session:
        ledger.void(session, session.merge(fact), reason="mistake", at=now(), actor_id=None)
    for _ in range(2):
        passback.post(job(database, target))

    assert [sent.get("scoreGiven") for sent in gradebook.scores] == [37.5, None]
    assert gradebook.scores[1]["gradingProgress"] == "NotReady"


def test_link_to_a_step_shows_the_score_of_that_step(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    with database.writing() as session:
        session.get_one(ResourceLink, target.link_id).step_id = "two"
    score(database, pupil_id, run, "one", 10)
    passback.post(job(database, target))
    before = list(gradebook.scores)
    score(database, pupil_id, run, "two", 5)
    passback.post(job(database, target))

    assert before == []
    assert [sent["scoreGiven"] for sent in gradebook.scores] == [50]


def without_column(database: Database, target: ScoreTarget, gradebook: Gradebook) -> None:
    with database.writing() as session:
        session.get_one(ScoreTarget, target.id).url = ""
        session.get_one(ResourceLink, target.link_id).items_url = gradebook.items


def test_link_without_a_column_gets_one_for_everybody(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    without_column(database, target, gradebook)
    score(database, pupil_id, run, "one", 10)
    passback.post(job(database, target))
    score(database, pupil_id, run, "two", 10)
    passback.post(job(database, target))

    assert [(column["label"], column["resourceId"], column["tag"]) for column in gradebook.columns] == [
        ("Data", "data-for-everyone", "lms")
    ]
    assert [sent["scoreGiven"] for sent in gradebook.scores] == [25, 100]


def test_two_jobs_at_once_make_one_column(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    without_column(database, target, gradebook)
    with database.writing() as session:
        other = other_pupil(session, target, at=now())
    for person_id in (pupil_id, other.person_id):
        score(database, person_id, run, "one", 10)
    gradebook.hold.clear()
    slow = Thread(target=passback.post, args=(job(database, target, "first"),))
    slow.start()
    until(lambda: held(database, target))

    with pytest.raises(SendingUnderWay):
        passback.post(job(database, other, "second"))
    gradebook.hold.set()
    slow.join()
    passback.post(job(database, other, "second"))

    assert len(gradebook.columns) == 1
    assert {sent["userId"] for sent in gradebook.scores} == {"7", "8"}


def held(database: Database, target: ScoreTarget) -> bool:
    with database.reading() as session:
        return session.get_one(ResourceLink, target.link_id).column_held_by == "first"


def test_score_that_stands_there_already_counts_as_sent(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    gradebook.statuses = [409]
    gradebook.results = [{"userId": "7", "resultScore": 1.5, "resultMaximum": 4}]
    score(database, pupil_id, run, "two", 5)
    passback.post(job(database, target))

    assert status(database, target) == ("sent", "")


def test_other_score_that_stands_there_is_replaced_later(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    gradebook.statuses = [409]
    gradebook.results = [{"userId": "7", "resultScore": 1, "resultMaximum": 4}]
    score(database, pupil_id, run, "two", 5)
    with pytest.raises(PlatformConflict):
        passback.post(job(database, target))
    passback.post(job(database, target))

    assert [sent["status"] for sent in gradebook.scores] == [409, 200]
    assert status(database, target) == ("sent", "")


def test_person_without_grades_there_is_named_as_the_reason(
    database: Database, target: ScoreTarget, pupil_id: UUID, run: CourseRun, gradebook: Gradebook
) -> None:
    with database.writing() as session:
        session.get_one(ResourceLink, target.link_id).product = "moodle"
    gradebook.statuses, gradebook.text = [400], "Incorrect score received"
    score(database, pupil_id, run, "two", 5)
    with pytest.raises(Refused, match="not enrolled there"):
        passback.post(job(database, target))

    refused = status(database, target)
    assert refused is not None
    assert refused[0] == "refused"
    assert "not enrolled there" in refused[1]
