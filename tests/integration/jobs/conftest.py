"""Real worker processes on a database that each test has alone."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.database import Database
from lms.jobs import Failure, Handler, Handlers, enqueue, list_waiting
from lms.jobs.engine import Engine
from lms.settings import Settings

PROGRAM = Path(__file__).with_name("worker_program.py")
WAIT_SECONDS = 90.0
HEARTBEAT_SECONDS = 0.3
LOST_SECONDS = 2.0


def eventually(look: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not look():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.05)


@dataclass
class Works:
    """The workers of a test and what they write."""

    settings: Settings
    database: Database
    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> "subprocess.Popen[bytes]":
        """A worker like the one that the supervisor starts, with the tests' kinds of work added."""
        environment = {
            **os.environ,
            "LMS_STATE_DIR": str(self.settings.state_dir),
            "LMS_DATABASE_URL": self.settings.database_url,
            "LMS_SECRET_KEY": self.settings.secret_key.get_secret_value(),
            "LMS_WORKER_HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS),
            "LMS_WORKER_LOST_SECONDS": str(LOST_SECONDS),
        }
        with (self.folder / "workers.log").open("ab") as log:
            command = [sys.executable, str(PROGRAM), str(self.folder)]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def enqueue(self, handler: str, thing: str) -> str:
        """Enlist a job about the thing; its id."""
        with self.database.writing() as session:
            enqueue(session, handler, {"thing": thing}, key=thing)
        return f"{handler}:{thing}"

    def diary(self, thing: str) -> list[tuple[str, int]]:
        """(what, by which process) as the workers wrote it."""
        path = self.folder / f"{thing}.diary"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(word, int(pid)) for word, _, pid in (line.partition(" ") for line in lines)]

    def words(self, thing: str) -> list[str]:
        return [word for word, _pid in self.diary(thing)]

    def begun_by(self, process: "subprocess.Popen[bytes]", thing: str) -> bool:
        return ("begin", process.pid) in self.diary(thing)

    def let_go(self, thing: str) -> None:
        (self.folder / f"{thing}.go").touch()

    def failures(self) -> list[Failure]:
        """Those of the tests' jobs: a worker may have been killed while it did some of the product's own, too."""
        with self.database.reading() as session:
            query = select(Failure).where(Failure.handler.startswith("tests.")).order_by(Failure.failed_at)
            return list(session.scalars(query))

    def open_jobs(self) -> list[tuple[str, str]]:
        """(id, state) of the tests' jobs that are not done."""
        with self.database.reading() as session:
            return [(job.id, job.state) for job in list_waiting(session) if job.handler.startswith("tests.")]

    def state(self, job_id: str) -> str:
        """The engine's word for the job."""
        engine = self.database.registries.get_existing(Engine)
        (row,) = engine.client.list_workflows(workflow_ids=[job_id])
        return str(row.status)

    def said(self) -> str:
        return (self.folder / "workers.log").read_text(errors="replace")


@pytest.fixture
def works(settings: Settings, database: Database, tmp_path: Path) -> Iterator[Works]:
    folder = tmp_path / "works"
    folder.mkdir()
    for name in ("hold", "fail", "fail_once", "leave"):  # this process enlists them, it does not do them
        database.registries.get(Handlers).add(Handler(f"tests.{name}", lambda run: None, heavy=name == "hold"))
    made = Works(settings, database, folder)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()
