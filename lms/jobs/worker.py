"""One worker process: runs jobs, beats, takes over the jobs of workers that no longer beat, keeps the timetable."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from lms.database import Database
from lms.errors import LmsError
from lms.jobs import engine as engines
from lms.jobs.engine import Engine, Payload
from lms.jobs.failures import give_up
from lms.jobs.models import Failure, Loss, Worker
from lms.jobs.queue import Handler, Handlers, JobRun, Refused, Schedules, enqueue
from lms.jobs.takeover import take_over
from lms.settings import Settings

log = structlog.get_logger(__name__)

RETIRE_DAYS = 90
RETIRED_AT_ONCE = 1000
INSIST_SECONDS = 1.0
Clock = Callable[[], datetime]


class WorkerProcess:
    """Everything that one worker does. `run()` blocks until `stop` is set.

    Once it returns the process should end at once: jobs that were put back may still run in threads of this process,
    which nobody can stop, while another worker begins with them.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.name = f"worker-{secrets.token_hex(6)}"
        self._settings = settings
        self._database = database
        self._clock = clock
        self._engine = database.registries.get_existing(Engine)
        self._handlers = database.registries.get(Handlers)
        self._schedules = database.registries.get(Schedules)
        self._stop = threading.Event()
        self._started_at = clock()
        self._leaving_at: datetime | None = None

    def stop(self) -> None:
        """Ask run() to end; safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Serve until stopped. A beat that fails (database gone for a moment) is logged and tried again."""
        self._beat()
        engines.launch(
            self._settings.database,
            worker=self.name,
            run=self.run_job,
            places={"light": 8, "heavy": self._settings.grading_processes},
            poll_seconds=self._settings.job_poll_seconds,
        )
        log.info("worker_started", worker=self.name)
        try:
            while not self._stop.wait(self._settings.worker_heartbeat_seconds):
                self._safely(self._beat, self._take_over, self._keep_timetable)
        finally:
            self._leave()

    def _safely(self, *acts: Callable[[], None]) -> None:
        try:
            for act in acts:
                act()
        except Exception:
            log.exception("worker_beat_failed", worker=self.name)

    def _leave(self) -> None:
        """Take no more jobs, let those that run end for a while, put the rest back.

        The row stays until it is old: a worker that is killed while it leaves has still said so.
        """
        self._leaving_at = self._clock()
        log.info("worker_leaving", worker=self.name)
        ending = threading.Thread(target=engines.stop, name="engine-stop")
        ending.start()
        while ending.is_alive():
            self._safely(self._beat)
            ending.join(self._settings.worker_heartbeat_seconds)
        self._safely(self._give_back)
        log.info("worker_stopped", worker=self.name)

    def _give_back(self) -> None:
        for claim in list(self._engine.list_claims(self.name)):
            if self._engine.give_back(claim):
                log.info("job_given_back", job=claim.job_id)

    def run_job(self, job_id: str, payload: Payload) -> None:
        """One try. Ends in success, in a later try enlisted, or in a Failure row: never in an exception."""
        handler = self._handlers.find(payload["handler"])
        bound = log.bind(job=job_id, attempt=payload["attempt"])
        if handler is None:
            text = f"nobody handles {payload['handler']!r}: is its plugin disabled?"
            self._insist(lambda: self._give_up(job_id, payload, text))
            return
        run = JobRun(job_id, payload["ids"], payload["attempt"], self._database, self._clock)
        try:
            handler.run(run)
        except Refused as refusal:
            text = str(refusal)
            bound.warning("job_refused", reason=text)
            self._insist(lambda: self._give_up(job_id, payload, text))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary of a job: logged, tried later, or kept
            bound.exception("job_failed")
            reason = str(error) if isinstance(error, LmsError) else f"{type(error).__name__}: {error}"
            self._insist(lambda: self._try_later(job_id, payload, handler, reason))

    def _insist(self, note: Callable[[], None]) -> None:
        """What became of a job must be written down, also when the database was away just now: that broke the job.

        An exception would end the job for the engine. A process that stops meanwhile leaves it running, to be put back.
        """
        while True:
            try:
                note()
            except SQLAlchemyError:
                log.warning("job_outcome_not_noted", worker=self.name)
                time.sleep(INSIST_SECONDS)
            else:
                return

    def _try_later(self, job_id: str, payload: Payload, handler: Handler, reason: str) -> None:
        done = payload["attempt"]
        if done > len(handler.retry_seconds):
            self._give_up(job_id, payload, reason)
            return
        with self._database.writing() as session:
            self._engine.enqueue(
                session,
                job_id=f"{payload['handler']}:{payload['key']}#{done + 1}",
                queue="heavy" if handler.heavy else "light",
                payload={**payload, "attempt": done + 1},
                priority=100,
                delay_seconds=handler.retry_seconds[done - 1],
            )

    def _give_up(self, job_id: str, payload: Payload, reason: str) -> None:
        with self._database.writing() as session:
            give_up(session, job_id, payload, reason, at=self._clock())

    def _beat(self) -> None:
        with self._database.writing() as session:
            session.connection()  # waits until it may write: the time of the beat is that after the wait
            row = Worker(
                name=self.name, started_at=self._started_at, beat_at=self._clock(), leaving_at=self._leaving_at
            )
            session.merge(row)

    def _take_over(self) -> None:
        lost_seconds = self._settings.worker_lost_seconds
        take_over(self._database, self._engine, me=self.name, lost_seconds=lost_seconds, clock=self._clock)

    def _keep_timetable(self) -> None:
        at = self._clock()
        with self._database.writing() as session:
            for schedule in self._schedules:
                slot = int(at.timestamp()) // schedule.every_seconds
                enqueue(session, schedule.handler, {}, key=f"{schedule.name}:{slot}")


def retire(run: JobRun) -> None:
    """Forget finished jobs, losses and failures after `RETIRE_DAYS`."""
    horizon = run.at() - timedelta(days=RETIRE_DAYS)
    engine = run.database.registries.get_existing(Engine)
    while engine.retire(finished_before=horizon.isoformat(), limit=RETIRED_AT_ONCE) == RETIRED_AT_ONCE:
        continue
    with run.writing() as session:
        session.execute(delete(Failure).where(Failure.failed_at < horizon))
        session.execute(delete(Loss).where(Loss.lost_at < horizon))
