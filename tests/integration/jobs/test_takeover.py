"""Workers are killed by the operating system; the others take over what they ran, count it, and no more than once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, text

from lms.clock import now
from lms.jobs.engine import Engine
from lms.jobs.models import Loss, Worker
from lms.jobs.takeover import LOSSES_UNTIL_PARKED, take_over
from tests.integration.jobs.conftest import Works, eventually


def losses(works: Works, job_id: str) -> int:
    with works.database.reading() as session:
        return session.scalar(select(func.count()).where(Loss.job_id == job_id)) or 0


@contextmanager
def row_held(works: Works, job_id: str) -> Iterator[None]:
    """While this lasts nobody can change the engine's row of the job."""
    with works.database.engine.connect() as connection, connection.begin():
        connection.execute(
            text("SELECT 1 FROM dbos.workflow_status WHERE workflow_uuid = :id FOR UPDATE"), {"id": job_id}
        )
        yield


def stuck(works: Works) -> int:
    """How many connections to this test's database wait for a lock."""
    query = text(
        "SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with works.database.engine.connect() as connection:
        return int(connection.scalar(query) or 0)


@pytest.mark.databases("postgresql")
def test_lost_job_seen_by_two_workers_is_counted_and_done_once(works: Works) -> None:
    job_id = works.enqueue("tests.hold", "one")
    first = works.start()
    eventually(lambda: works.begun_by(first, "one"), "the job began")
    first.send_signal(signal.SIGKILL)
    first.wait()

    with row_held(works, job_id):
        works.start()
        works.start()
        eventually(lambda: stuck(works) == 2, "both survivors are about to take the job over")
    eventually(lambda: works.words("one") == ["begin", "begin"], "the job began again")
    works.let_go("one")

    eventually(lambda: works.state(job_id) == "SUCCESS", "the job is done")
    assert losses(works, job_id) == 1
    assert works.words("one") == ["begin", "begin", "end"]


@pytest.mark.databases("postgresql")
def test_worker_killed_between_counting_and_giving_back_leaves_the_job_to_the_next(works: Works) -> None:
    job_id = works.enqueue("tests.hold", "one")
    first = works.start()
    eventually(lambda: works.begun_by(first, "one"), "the job began")
    first.send_signal(signal.SIGKILL)
    first.wait()

    with row_held(works, job_id):
        second = works.start()
        eventually(lambda: losses(works, job_id) == 1 and stuck(works) == 1, "the loss is counted")
        second.send_signal(signal.SIGKILL)
        second.wait()
    third = works.start()
    eventually(lambda: works.begun_by(third, "one"), "the third worker began the job")
    works.let_go("one")

    eventually(lambda: works.state(job_id) == "SUCCESS", "the job is done")
    assert losses(works, job_id) == 1
    assert works.words("one") == ["begin", "begin", "end"]


def test_job_that_three_workers_died_of_is_parked_and_waits_for_a_person(works: Works) -> None:
    job_id = works.enqueue("tests.hold", "deadly")
    for _ in range(LOSSES_UNTIL_PARKED):
        victim = works.start()
        eventually(lambda victim=victim: works.begun_by(victim, "deadly"), "the job began")
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    works.start()

    eventually(works.failures, "the job is parked")
    eventually(lambda: works.state(job_id) == "CANCELLED", "the engine lets it alone")
    assert [(failure.job_id, failure.reason) for failure in works.failures()] == [
        (job_id, "the worker died 3 times while doing it")
    ]
    assert works.words("deadly") == ["begin"] * 3
    assert works.open_jobs() == []


@pytest.mark.databases("postgresql")
def test_worker_killed_while_parking_leaves_it_to_the_next(works: Works) -> None:
    job_id = works.enqueue("tests.hold", "deadly")
    for _ in range(LOSSES_UNTIL_PARKED):
        victim = works.start()
        eventually(lambda victim=victim: works.begun_by(victim, "deadly"), "the job began")
        victim.send_signal(signal.SIGKILL)
        victim.wait()

    with row_held(works, job_id):
        parker = works.start()
        eventually(lambda: works.failures() and stuck(works) == 1, "the failure is written, the job still runs")
        assert works.state(job_id) == "PENDING"
        parker.send_signal(signal.SIGKILL)
        parker.wait()
    works.start()

    eventually(lambda: works.state(job_id) == "CANCELLED", "the engine lets it alone")
    assert len(works.failures()) == 1
    assert works.words("deadly") == ["begin"] * 3


@pytest.mark.databases("postgresql")  # on SQLite a stopped process may hold the lock that everybody waits for
def test_worker_that_was_only_silent_is_counted_once_and_its_late_end_changes_nothing(works: Works) -> None:
    job_id = works.enqueue("tests.hold", "one")
    first = works.start()
    eventually(lambda: works.begun_by(first, "one"), "the job began")
    first.send_signal(signal.SIGSTOP)
    second = works.start()
    eventually(lambda: works.begun_by(second, "one"), "another worker began the job")

    first.send_signal(signal.SIGCONT)
    works.let_go("one")

    eventually(lambda: works.state(job_id) == "SUCCESS", "the job is done")
    eventually(lambda: works.words("one") == ["begin", "begin", "end", "end"], "both came to an end")
    assert losses(works, job_id) == 1
    assert works.failures() == []


def test_claim_of_a_worker_that_takes_jobs_but_never_beats_is_parked_after_three(works: Works) -> None:
    engine = works.database.registries.get_existing(Engine)
    job_id = works.enqueue("tests.hold", "one")

    for number in range(LOSSES_UNTIL_PARKED):
        claim_as(works, job_id, "worker-zombie", claimed_ms=1000 + number)
        take_over(works.database, engine, me="worker-me", lost_seconds=10, clock=now)

    assert works.state(job_id) == "CANCELLED"
    assert [failure.job_id for failure in works.failures()] == [job_id]


def claim_as(works: Works, job_id: str, worker: str, *, claimed_ms: int) -> None:
    """The engine's row as a worker's claim leaves it."""
    table = "workflow_status" if works.settings.database.startswith("sqlite") else "dbos.workflow_status"
    statement = text(
        f"UPDATE {table} SET status = 'PENDING', executor_id = :worker, started_at_epoch_ms = :ms"
        " WHERE workflow_uuid = :id AND status = 'ENQUEUED'"
    )
    with works.database.writing() as session:
        done = session.execute(statement, {"id": job_id, "worker": worker, "ms": claimed_ms})
        assert done.rowcount == 1


def test_loss_that_several_survivors_see_at_once_is_counted_once_and_given_back_once(works: Works) -> None:
    engine = works.database.registries.get_existing(Engine)
    job_id = works.enqueue("tests.hold", "one")
    claim_as(works, job_id, "worker-dead", claimed_ms=1000)
    threads = [
        Thread(target=take_over, args=(works.database, engine), kwargs={"me": me, "lost_seconds": 10, "clock": now})
        for me in ("worker-1", "worker-2", "worker-3", "worker-4")
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert losses(works, job_id) == 1
    assert works.state(job_id) == "ENQUEUED"


def test_job_of_a_worker_that_beats_is_left_alone(works: Works) -> None:
    engine = works.database.registries.get_existing(Engine)
    job_id = works.enqueue("tests.hold", "one")
    with works.database.writing() as session:
        session.add(Worker(name="worker-living", started_at=now(), beat_at=now()))
    claim_as(works, job_id, "worker-living", claimed_ms=1000)

    take_over(works.database, engine, me="worker-me", lost_seconds=10, clock=now)
    assert losses(works, job_id) == 0
    assert works.state(job_id) == "PENDING"

    take_over(works.database, engine, me="worker-me", lost_seconds=10, clock=lambda: now() + timedelta(seconds=11))
    assert losses(works, job_id) == 1
    assert works.state(job_id) == "ENQUEUED"
