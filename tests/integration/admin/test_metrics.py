"""What Prometheus is told of the background work, and who is told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.jobs import Failure, Handler, Handlers, Worker, enqueue
from lms.jobs.engine import Engine
from lms.settings import Settings

TOKEN = "a token of the tests"


@pytest.fixture
def watched(settings: Settings) -> Iterator[Flask]:
    """The application with a token for whoever watches it."""
    app = create_app(Settings(**{**settings.model_dump(), "metrics_token": TOKEN}))
    app.extensions["lms.registries"].get(Handlers).add(Handler("tests.work", lambda run: None))
    yield app
    app.extensions["lms.registries"].get_existing(Engine).close()
    app.extensions["lms.database"].engine.dispose()


def figures(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {one.name: one.samples[0].value for one in text_string_to_metric_families(answer.text)}


def test_metrics_tell_of_jobs_workers_and_failures(watched: Flask) -> None:
    database: Database = watched.extensions["lms.database"]
    at = now()
    with database.writing() as session:
        enqueue(session, "tests.work", {"thing": "1"}, key="ready")
        enqueue(session, "tests.work", {"thing": "2"}, key="patient", delay_seconds=3600)
        session.add(Worker(name="alive", started_at=at, beat_at=at))
        session.add(Worker(name="leaving", started_at=at, beat_at=at, leaving_at=at))
        session.add(Worker(name="silent", started_at=at, beat_at=at - timedelta(minutes=5)))
        for number in range(3):
            row = {"handler": "tests.work", "key": str(number), "ids": {}, "reason": "-", "attempts": 1}
            session.add(Failure(job_id=f"tests.work:{number}", failed_at=at, **row))

    told = figures(watched.test_client())

    assert 0 <= told.pop("lms_jobs_oldest_waiting_seconds") < 60
    assert told == {"lms_jobs_waiting": 2, "lms_jobs_running": 0, "lms_jobs_failed": 3, "lms_workers_alive": 1}


def test_metrics_ask_the_database_as_often_for_many_jobs_as_for_none(watched: Flask) -> None:
    database: Database = watched.extensions["lms.database"]
    client = watched.test_client()
    figures(client)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    figures(client)
    before = len(asked)
    with database.writing() as session:
        for number in range(50):
            enqueue(session, "tests.work", {"thing": str(number)}, key=str(number))
    asked.clear()

    assert figures(client)["lms_jobs_waiting"] == 50
    assert len(asked) == before > 0


@pytest.mark.parametrize(
    "header", [None, "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"]
)
@pytest.mark.databases("sqlite")
def test_metrics_without_the_token_are_refused(watched: Flask, header: str | None) -> None:
    answer = watched.test_client().get("/metrics", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert "lms_" not in answer.text


@pytest.mark.databases("sqlite")
def test_metrics_of_an_installation_without_a_token_do_not_exist(client: FlaskClient) -> None:
    for header in ("Bearer ", f"Bearer {TOKEN}", ""):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 404
