"""Workers that end while they run a job: each loss is counted once, and at last the job waits for a person."""

from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lms import jobs
from lms.clock import now
from lms.database import Database
from lms.jobs.engine import Engine
from lms.jobs.models import Failure, Loss
from lms.jobs.worker import LOSSES_UNTIL_PARKED, WorkerProcess

HANDLER = "notices.forget"
JOB = f"{HANDLER}:one"


@pytest.fixture
def table(database: Database) -> str:
    """The job engine's table as SQL names it."""
    return "dbos.workflow_status" if database.engine.dialect.name == "postgresql" else "workflow_status"


@pytest.fixture
def job(database: Database) -> str:
    with database.writing() as session:
        jobs.enqueue(session, HANDLER, {}, key="one")
    return JOB


def lose(database: Database, table: str, worker: str) -> None:
    """As a killed worker leaves its job."""
    with database.writing() as session:
        session.execute(
            text(f"UPDATE {table} SET status = 'PENDING', executor_id = :worker WHERE workflow_uuid = :job"),
            {"worker": worker, "job": JOB},
        )


def survivors(app: Flask, count: int) -> list[WorkerProcess]:
    return [WorkerProcess(app.extensions["lms.settings"], app.extensions["lms.database"], now) for _ in range(count)]


def states(database: Database) -> dict[str, str]:
    rows = database.registries.get_existing(Engine).list_jobs(["ENQUEUED", "PENDING", "CANCELLED"], limit=10)
    return {job_id: status for job_id, status, _, _ in rows}


def losses(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Loss)) or 0


def take_over_at_once(workers: list[WorkerProcess]) -> None:
    threads = [Thread(target=worker._take_over) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_loss_that_several_survivors_see_is_counted_once(app: Flask, database: Database, table: str, job: str) -> None:
    lose(database, table, "worker-dead")

    take_over_at_once(survivors(app, 4))

    assert losses(database) == 1
    assert states(database)[job] == "ENQUEUED"


def test_loss_counted_by_a_survivor_that_died_then_is_not_counted_again(
    app: Flask, database: Database, table: str, job: str
) -> None:
    lose(database, table, "worker-dead")
    (survivor,) = survivors(app, 1)
    survivor._count_loss(job, "worker-dead")

    survivor._take_over()

    assert losses(database) == 1
    assert states(database)[job] == "ENQUEUED"


def test_job_of_a_living_worker_is_left_alone(app: Flask, database: Database, table: str, job: str) -> None:
    living, other = survivors(app, 2)
    living._beat(now())
    lose(database, table, living.name)

    other._take_over()

    assert losses(database) == 0
    assert states(database)[job] == "PENDING"


def test_job_that_takes_workers_down_waits_for_a_person(app: Flask, database: Database, table: str, job: str) -> None:
    (survivor,) = survivors(app, 1)
    for number in range(LOSSES_UNTIL_PARKED):
        lose(database, table, f"worker-dead-{number}")
        survivor._take_over()

    with database.reading() as session:
        (failure,) = session.scalars(select(Failure)).all()
    assert failure.reason == f"the worker died {LOSSES_UNTIL_PARKED} times while doing it"
    assert states(database)[job] == "CANCELLED"


def test_worker_that_is_asked_to_stop_hands_its_jobs_back_without_a_loss(
    app: Flask, database: Database, table: str, job: str
) -> None:
    (leaving,) = survivors(app, 1)
    for _ in range(LOSSES_UNTIL_PARKED):
        lose(database, table, leaving.name)
        leaving._hand_back()

    assert losses(database) == 0
    assert states(database)[job] == "ENQUEUED"
