"""A worker that is asked to stop (a deploy, Ctrl-C) is not a lost one: what it ran goes on elsewhere and is not counted."""

import signal
import time

import pytest
from sqlalchemy import func, select

from lms.clock import now
from lms.jobs import count_workers
from lms.jobs.models import Loss
from lms.supervisor.supervision import GRACE_SECONDS
from tests.integration.jobs.conftest import LOST_SECONDS, Works, eventually


def losses(works: Works) -> int:
    with works.database.reading() as session:
        return session.scalar(select(func.count()).where(Loss.job_id.startswith("tests."))) or 0


def test_job_of_workers_that_were_stopped_three_times_is_done_by_the_fourth(works: Works) -> None:
    job_id = works.enqueue("tests.hold", "long")

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        worker = works.start()
        eventually(lambda worker=worker: works.begun_by(worker, "long"), "the job began")
        worker.send_signal(number)
        assert worker.wait(GRACE_SECONDS) == 0
        assert works.state(job_id) == "ENQUEUED"
    works.let_go("long")
    last = works.start()
    eventually(lambda: works.state(job_id) == "SUCCESS", "the job is done")

    assert works.words("long") == ["begin"] * 4 + ["end"]
    assert works.diary("long")[-1] == ("end", last.pid)
    assert losses(works) == 0
    assert works.failures() == []


def test_job_that_ends_soon_after_the_stop_is_done_and_no_other_is_begun(works: Works) -> None:
    first_id = works.enqueue("tests.hold", "first")
    worker = works.start()
    eventually(lambda: works.begun_by(worker, "first"), "the job began")

    worker.send_signal(signal.SIGTERM)
    eventually(lambda: "worker_leaving" in works.said(), "the worker says that it leaves")
    second_id = works.enqueue("tests.hold", "second")
    time.sleep(1)
    works.let_go("first")

    assert worker.wait(GRACE_SECONDS) == 0
    assert works.state(first_id) == "SUCCESS"
    assert works.words("first") == ["begin", "end"]
    assert works.state(second_id) == "ENQUEUED"
    assert works.words("second") == []


def test_job_of_a_worker_that_was_killed_while_it_left_is_not_counted(works: Works) -> None:
    job_id = works.enqueue("tests.hold", "long")
    for _ in range(3):
        worker = works.start()
        eventually(lambda worker=worker: works.begun_by(worker, "long"), "the job began")
        said = works.said().count("worker_leaving")
        worker.send_signal(signal.SIGTERM)
        eventually(lambda said=said: works.said().count("worker_leaving") > said, "the worker leaves")
        time.sleep(1)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert works.state(job_id) == "PENDING"
    works.let_go("long")
    works.start()

    eventually(lambda: works.state(job_id) == "SUCCESS", "the job is done")
    assert losses(works) == 0
    assert works.failures() == []


@pytest.mark.databases("sqlite")
def test_worker_that_leaves_is_not_among_the_living_though_its_job_still_runs(works: Works) -> None:
    works.enqueue("tests.hold", "long")
    worker = works.start()
    eventually(lambda: works.begun_by(worker, "long"), "the job began")
    assert living(works) == 1

    worker.send_signal(signal.SIGTERM)

    eventually(lambda: living(works) == 0, "nobody is counted")
    assert worker.poll() is None


def living(works: Works) -> int:
    with works.database.reading() as session:
        return count_workers(session, now(), within_seconds=LOST_SECONDS)
