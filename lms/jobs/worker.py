"""One worker process: runs jobs, beats, takes over the jobs of workers that no longer beat, keeps the timetable."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from lms.database import Database
from lms.errors import LmsError
from lms.jobs import duties
from lms.jobs import engine as engines
from lms.jobs.engine import Engine, Payload
from lms.jobs.models import Failure, Loss, Worker
from lms.jobs.queue import Handler, Handlers, JobRun, Refused, Schedules, enqueue
from lms.settings import Settings

log = structlog.get_logger(__name__)

TAKE_OVER = "take_over"
LOSSES_UNTIL_PARKED = 3
RETIRE_DAYS = 90
RETIRED_AT_ONCE = 1000
INSIST_SECONDS = 1.0
Clock = Callable[[], datetime]


class WorkerProcess:
    """Everything that one worker does. `run()` blocks until `stop` is set; then the process must end at once."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.name = f"worker-{secrets.token_hex(6)}"
        self._settings = settings
        self._database = database
        self._clock = clock
        self._engine = database.registries.get_existing(Engine)
        self._handlers = database.registries.get(Handlers)
        self._schedules = database.registries.get(Schedules)
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask run() to end; safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Serve until stopped. A beat that fails (database gone for a moment) is logged and tried again."""
        started_at = self._clock()
        self._beat(started_at)
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
                try:
                    self._beat(started_at)
                    self._take_over()
                    self._keep_timetable()
                except Exception:
                    log.exception("worker_beat_failed", worker=self.name)
        finally:
            engines.stop()
            self._hand_back()
            with self._database.writing() as session:
                session.execute(delete(Worker).where(Worker.name == self.name))

    def run_job(self, job_id: str, payload: Payload) -> None:
        """One try. Ends in success, in a later try enlisted, or in a Failure row: never in an exception."""
        handler = self._handlers.find(payload["handler"])
        bound = log.bind(job=job_id, attempt=payload["attempt"])
        if handler is None:
            self._give_up(job_id, payload, f"nobody handles {payload['handler']!r}: is its plugin disabled?")
            return
        run = JobRun(job_id, payload["ids"], payload["attempt"], self._database, self._clock)
        try:
            handler.run(run)
        except Refused as refusal:
            text = str(refusal)
            bound.warning("job_refused", reason=text)
            self._insist(lambda: self._give_up(job_id, payload, text))
        except Exception as error:  # noqa: BLE001 - the boundary of a job: logged, tried later, or kept as a Failure
            bound.exception("job_failed")
            reason = str(error) if isinstance(error, LmsError) else f"{type(error).__name__}: {error}"
            self._insist(lambda: self._try_later(job_id, payload, handler, reason))

    def _insist(self, note: Callable[[], None]) -> None:
        """What became of a job must be written down, also when the database was away just now: that broke the job."""
        while True:
            try:
                note()
            except DBAPIError:
                log.warning("job_outcome_not_noted", worker=self.name)
                if self._stop.wait(INSIST_SECONDS):
                    raise
            else:
                return

    def _try_later(self, job_id: str, payload: Payload, handler: Handler, reason: str) -> None:
        done = payload["attempt"]
        if done > len(handler.retry_seconds):
            self._give_up(job_id, payload, reason)
            return
        base = job_id.split("#", 1)[0]
        with self._database.writing() as session:
            self._engine.enqueue(
                session,
                job_id=f"{base}#{done + 1}",
                queue="heavy" if handler.heavy else "light",
                payload={**payload, "attempt": done + 1},
                priority=100,
                delay_seconds=handler.retry_seconds[done - 1],
            )

    def _give_up(self, job_id: str, payload: Payload, reason: str) -> None:
        with self._database.writing() as session:
            known = session.scalar(select(Failure).where(Failure.job_id == job_id))
            if known is None:
                session.add(
                    Failure(
                        job_id=job_id,
                        handler=payload["handler"],
                        key=payload["key"],
                        ids=dict(payload["ids"]),
                        reason=reason[:2000],
                        attempts=payload["attempt"],
                        failed_at=self._clock(),
                    )
                )

    def _beat(self, started_at: datetime) -> None:
        with self._database.writing() as session:
            session.connection()  # waits until it may write: the time of the beat is that after the wait
            session.merge(Worker(name=self.name, started_at=started_at, beat_at=self._clock()))

    def _take_over(self) -> None:
        """Put back what lost workers ran. A job that took several workers down with it is parked.

        One worker at a time does it, and a loss is a row of job and worker: so each is counted once, however many
        survivors see it, and also when one of them dies between counting and putting back.
        """
        lease = timedelta(seconds=self._settings.worker_lost_seconds)
        running = self._engine.running_jobs()  # before we ask who lives: a worker beats before it takes its first job
        at = self._clock()
        with self._database.writing() as session:
            session.execute(delete(Worker).where(Worker.beat_at < at - lease, Worker.name != self.name))
            if not duties.take(session, TAKE_OVER, self.name, at=at, lease=lease):
                return
            alive = {self.name, *session.scalars(select(Worker.name))}
        for job_id, worker, payload in running:
            if worker in alive:
                continue
            if self._clock() > at + lease:
                return
            times = self._count_loss(job_id, worker)
            log.warning("job_taken_over", job=job_id, times=times)
            if times >= LOSSES_UNTIL_PARKED:
                self._engine.cancel(job_id)
                self._give_up(job_id, payload, f"the worker died {times} times while doing it")
            else:
                self._put_back(job_id, payload)

    def _count_loss(self, job_id: str, worker: str) -> int:
        with self._database.writing() as session:
            if session.get(Loss, (job_id, worker)) is None:
                session.add(Loss(job_id=job_id, worker=worker, lost_at=self._clock()))
                session.flush()
            return session.scalar(select(func.count()).where(Loss.job_id == job_id)) or 0

    def _put_back(self, job_id: str, payload: Payload) -> None:
        handler = self._handlers.find(payload["handler"])
        self._engine.resume(job_id, "heavy" if handler is not None and handler.heavy else "light")

    def _hand_back(self) -> None:
        """What still runs when this worker was asked to stop: another one does it, and nobody counts a loss.

        The process must end right after: the threads of these jobs go on as long as it lives.
        """
        for job_id, worker, payload in self._engine.running_jobs():
            if worker == self.name:
                log.info("job_handed_back", job=job_id, worker=self.name)
                self._put_back(job_id, payload)

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
