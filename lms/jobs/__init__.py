"""Durable background work: a job enlisted in a caller's transaction runs at least once, whoever is killed when.

The engine is DBOS (https://docs.dbos.dev), whose tables live beside ours in the same database, so that a job and the
act that asked for it are one transaction. `engine.py` is the only importer of it.
"""

from lms.jobs.failures import again, count_failures, list_failures
from lms.jobs.models import Failure, Worker
from lms.jobs.queue import Handler, Handlers, JobRun, Priority, Refused, Schedule, Schedules, enqueue
from lms.jobs.status import COUNTED, JobRow, count_workers, counts, is_worker_alive, list_waiting

__all__ = [
    "COUNTED",
    "Failure",
    "Handler",
    "Handlers",
    "JobRow",
    "JobRun",
    "Priority",
    "Refused",
    "Schedule",
    "Schedules",
    "Worker",
    "again",
    "count_failures",
    "count_workers",
    "counts",
    "enqueue",
    "is_worker_alive",
    "list_failures",
    "list_waiting",
]
