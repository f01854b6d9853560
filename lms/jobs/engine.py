"""The only importer of DBOS: enlisting in a caller's transaction, listing, taking jobs back from lost workers.

What we add to its open-source part, and why: it does not give a lost worker's jobs to another worker, and strands
running ones when the application version changes. So the version is pinned, there is one generic workflow, workers
beat, and `takeover.py` gives back what silent ones ran.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from dbos import DBOS, DBOSClient, EnqueueOptions, Serializer
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.orm import Session

from lms.database import WRITING

APPLICATION = "lms"
VERSION = "1"
WORKFLOW = "job"
CLAIMS_AT_ONCE = 200
STOP_SECONDS = 5
"""Shorter than the patience of whoever stops us (the supervisor has ten seconds)."""


class Payload(TypedDict):
    """What a job carries: names and ids, never content."""

    handler: str
    key: str
    ids: dict[str, str]
    attempt: int


@dataclass(frozen=True, slots=True)
class Job:
    """An unfinished job. `due_ms` (like `created_ms` since the epoch): not before then; 0 if that never mattered."""

    id: str
    status: str
    payload: Payload
    created_ms: int
    due_ms: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A running job in a worker's hands. `claimed_ms` (since the epoch) tells two claims by one worker apart."""

    job_id: str
    worker: str
    claimed_ms: int
    payload: Payload


Run = Callable[[str, Payload], None]


class JsonSerializer(Serializer):
    """DBOS pickles by default; a table that somebody could write to must never be unpickled."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=repr)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - named as in the base class
        return json.loads(serialized_data)

    def name(self) -> str:
        return "lms_json"


class Engine:
    """The job engine's tables seen from any process."""

    def __init__(self, engine: SqlEngine) -> None:
        self._sql = engine.execution_options(**WRITING)
        self._client: DBOSClient | None = None

    @property
    def client(self) -> DBOSClient:
        """Made when first needed: a process that enlists nothing opens nothing."""
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._sql,
                serializer=JsonSerializer(),
                application_name=APPLICATION,
                lazy=True,
                retry_connection_errors=False,
            )
        return self._client

    def enqueue(
        self,
        session: Session,
        *,
        job_id: str,
        queue: str,
        payload: Payload,
        priority: int,
        delay_seconds: float | None,
    ) -> None:
        """Write the job's row through the session's own connection."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": queue,
            "workflow_id": job_id,
            "workflow_id_reuse_policy": "return-existing",
            "app_version": VERSION,
            "priority": priority,
        }
        if delay_seconds is not None:
            options["delay_seconds"] = delay_seconds
        self.client.enqueue_in_transaction(session.connection(), options, payload)

    def list_jobs(self, statuses: Iterable[str], *, limit: int, offset: int = 0) -> list[Job]:
        """Jobs in one of these states, oldest first."""
        rows = self.client.list_workflows(
            status=list(statuses), name=WORKFLOW, limit=limit, offset=offset, load_output=False
        )
        return [
            Job(row.workflow_id, row.status, row.input["args"][0], row.created_at or 0, row.delay_until_epoch_ms or 0)
            for row in rows
            if row.input
        ]

    def list_starts(self, statuses: Iterable[str], *, limit: int) -> list[int]:
        """Since when (in ms since the epoch) the first jobs in one of these states could have been running."""
        rows = self.client.list_workflows(
            status=list(statuses), name=WORKFLOW, limit=limit, load_input=False, load_output=False
        )
        return [max(row.created_at or 0, row.delay_until_epoch_ms or 0) for row in rows]

    def list_claims(self, worker: str | None = None) -> Iterator[Claim]:
        """Every running job, or only those that one worker runs."""
        offset, more = 0, True
        while more:
            rows = self.client.list_workflows(
                status="PENDING",
                name=WORKFLOW,
                executor_id=worker,
                limit=CLAIMS_AT_ONCE,
                offset=offset,
                load_output=False,
            )
            for row in rows:
                if row.input:
                    yield Claim(row.workflow_id, row.executor_id or "", row.dequeued_at or 0, row.input["args"][0])
            offset, more = offset + len(rows), len(rows) == CLAIMS_AT_ONCE

    def give_back(self, claim: Claim) -> bool:
        """Put the job back into its queue if it is still in these hands; says whether it was.

        The public `resume_workflows` asks no such question: told twice, it starts a second run beside the first.
        """
        system = self.client._sys_db  # noqa: SLF001
        return system.reenqueue_for_recovery(claim.job_id, [claim.worker], "light")

    def cancel(self, job_id: str) -> None:
        """Stop a job for good."""
        self.client.cancel_workflows([job_id])

    def retire(self, *, finished_before: str, limit: int = 1000) -> int:
        """Delete finished jobs older than an ISO time; returns how many."""
        rows = self.client.list_workflows(
            status=["SUCCESS", "CANCELLED", "ERROR"],
            completed_before=finished_before,
            limit=limit,
            load_input=False,
            load_output=False,
        )
        self.client.delete_workflows([row.workflow_id for row in rows])
        return len(rows)

    def close(self) -> None:
        """Let go of the client's connections."""
        if self._client is not None:
            self._client.destroy()
            self._client = None


def migrate(url: str) -> None:
    """Create or upgrade the engine's own tables (schema `dbos` on PostgreSQL)."""
    DBOS.migrate(_plain(url))


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def launch(url: str, *, worker: str, run: Run, places: Mapping[str, int], poll_seconds: float) -> None:
    """Run jobs in this process until `stop`; `run` gets a job's id and payload and never raises."""
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": _plain(url),
            "application_version": VERSION,
            "executor_id": worker,
            "serializer": JsonSerializer(),
            "run_migrations": False,
            "log_level": "WARNING",
            "max_executor_threads": sum(places.values()) + 4,
        }
    )

    @DBOS.step(name="attempt")
    def attempt(payload: Payload) -> None:
        job_id = DBOS.workflow_id
        if job_id is None:
            raise RuntimeError("a step runs only inside its workflow")
        run(job_id, payload)

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)  # we count ourselves, and not every return is a loss
    def job(payload: Payload) -> None:
        attempt(payload)

    DBOS.launch()
    for queue, concurrency in places.items():
        DBOS.register_queue(
            queue, worker_concurrency=concurrency, polling_interval_sec=poll_seconds, on_conflict="always_update"
        )


def stop() -> None:
    """Stop polling, let running jobs end for `STOP_SECONDS` and give them up then."""
    DBOS.destroy(workflow_completion_timeout_sec=STOP_SECONDS)
