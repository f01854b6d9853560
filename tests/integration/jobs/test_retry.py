"""Jobs that fail: tried again later across restarts, given up, sent again by a person."""

import signal
import threading
from datetime import timedelta

from sqlalchemy import select

from lms.clock import now
from lms.errors import Conflict
from lms.jobs import Failure, JobRun, again, list_failures, list_waiting
from lms.jobs.engine import Payload
from lms.jobs.failures import give_up
from lms.jobs.models import Loss
from lms.jobs.worker import RETIRE_DAYS, retire
from tests.integration.jobs.conftest import Works, eventually


def test_pause_before_the_next_try_outlives_the_worker_and_the_page_can_tell_its_end(works: Works) -> None:
    works.enqueue("tests.fail_once", "late")
    first = works.start()
    eventually(lambda: works.words("late") == ["try-1"], "it failed once")
    eventually(lambda: works.open_jobs() == [("tests.fail_once:late#2", "waiting")], "the next try is enlisted")
    first.send_signal(signal.SIGKILL)
    first.wait()
    with works.database.reading() as session:
        (due_at,) = [job.due_at for job in list_waiting(session) if job.id == "tests.fail_once:late#2"]
    works.let_go("late")
    works.start()

    eventually(lambda: works.state("tests.fail_once:late#2") == "SUCCESS", "the second try is done")
    assert due_at is not None
    assert now() >= due_at
    assert works.words("late") == ["try-1", "try-2"]


def test_reason_that_no_database_could_store_is_kept_in_a_readable_form(works: Works) -> None:
    works.enqueue("tests.fail", "letter")
    works.start()

    eventually(works.failures, "it gave up")
    assert [failure.reason for failure in works.failures()] == [
        "RuntimeError: letter is not there\N{REPLACEMENT CHARACTER} ? yet"
    ]


def test_handler_that_asks_for_the_end_of_the_program_fails_alone(works: Works) -> None:
    works.enqueue("tests.leave", "careless")
    worker = works.start()

    eventually(works.failures, "it gave up")
    assert [failure.reason for failure in works.failures()] == ["SystemExit: 3"]
    assert worker.poll() is None


def test_again_of_a_job_that_fails_again_starts_it_each_time(works: Works) -> None:
    works.enqueue("tests.fail", "letter")
    works.start()

    for number in (1, 2):
        eventually(lambda number=number: len(works.failures()) == number, "it gave up")
        send_again(works)
    works.let_go("letter")
    eventually(lambda: works.open_jobs() == [], "nothing is left to do")

    assert works.words("letter") == ["try-1"] * 3
    assert all(failure.again_at for failure in works.failures())


def send_again(works: Works) -> None:
    with works.database.writing() as session:
        (failure,) = list_failures(session)
        again(session, failure.id, at=now())


def test_again_from_two_browsers_at_once_starts_the_job_once(works: Works) -> None:
    payload: Payload = {"handler": "tests.fail", "key": "letter", "ids": {"thing": "letter"}, "attempt": 1}
    with works.database.writing() as session:
        give_up(session, "tests.fail:letter", payload, "it did not come", at=now())
    (failure,) = works.failures()
    both, refused = threading.Barrier(2), []

    def press() -> None:
        both.wait()
        with works.database.writing() as session:
            try:
                again(session, failure.id, at=now())
            except Conflict as conflict:
                refused.append(conflict)

    browsers = [threading.Thread(target=press) for _ in range(2)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()

    assert len(refused) == 1
    assert len(works.open_jobs()) == 1


def test_retire_forgets_old_losses_and_failures_and_keeps_those_of_live_jobs(works: Works) -> None:
    at = now()
    old, young = at - timedelta(days=RETIRE_DAYS + 1), at - timedelta(days=RETIRE_DAYS - 1)
    with works.database.writing() as session:
        for name, when in (("old", old), ("young", young)):
            session.add(Loss(job_id=f"tests.hold:{name}", worker="w", claimed_ms=1, lost_at=when))
            session.add(
                Failure(
                    job_id=f"tests.hold:{name}",
                    handler="tests.hold",
                    key=name,
                    ids={},
                    reason="-",
                    attempts=1,
                    failed_at=when,
                )
            )

    retire(JobRun("jobs.retire:1", {}, 1, works.database, lambda: at))

    with works.database.reading() as session:
        assert session.scalars(select(Loss.job_id)).all() == ["tests.hold:young"]
        assert session.scalars(select(Failure.job_id)).all() == ["tests.hold:young"]
