"""The only importer of DBOS: enlisting in a caller's transaction, listing, taking jobs back from lost workers.

What we add to its open-source part, and why: it does not give a lost worker's jobs to another worker, and strands
running ones when the application version changes. So the version is pinned, there is one generic workflow, and
`worker.py` beats and takes over by the public `resume_workflows`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict

from dbos import DBOS, DBOSClient, EnqueueOptions, Serializer
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.orm import Session

from lms.database import WRITING

APPLICATION = "lms"
VERSION = "1"
WORKFLOW = "job"
QUEUES = ("light", "heavy")


class Payload(TypedDict):
    """What a job carries: names and ids, never content."""

    handler: str
    key: str
    ids: dict[str, str]
    attempt: int


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

    def list_jobs(self, statuses: Iterable[str], *, limit: int, offset: int = 0) -> list[tuple[str, str, Payload, int]]:
        """(id, status, payload, created in ms since the epoch), oldest first."""
        rows = self.client.list_workflows(
            status=list(statuses), name=WORKFLOW, limit=limit, offset=offset, load_output=False
        )
        return [(row.workflow_id, row.status, row.input["args"][0], row.created_at or 0) for row in rows if row.input]

    def running_jobs(self, *, limit: int = 1000) -> list[tuple[str, str, Payload]]:
        """(id, worker, payload), oldest first."""
        rows = self.client.list_workflows(status="PENDING", name=WORKFLOW, limit=limit, load_output=False)
        return [(row.workflow_id, row.executor_id or "", row.input["args"][0]) for row in rows if row.input]

    def resume(self, job_id: str, queue: str) -> None:
        """Put a job whose worker is gone back into its queue."""
        self.client.resume_workflows([job_id], queue_name=queue)

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

    @DBOS.workflow(name=WORKFLOW)
    def job(payload: Payload) -> None:
        attempt(payload)

    DBOS.launch()
    for queue, concurrency in places.items():
        DBOS.register_queue(
            queue, worker_concurrency=concurrency, polling_interval_sec=poll_seconds, on_conflict="always_update"
        )


def stop() -> None:
    """Let running jobs end (a few seconds) and stop polling."""
    DBOS.destroy(workflow_completion_timeout_sec=5)
