"""Background work done at once, by the worker's own code, in the order that a test asks for."""

from flask import Flask

from lms.clock import now
from lms.database import Database
from lms.jobs.engine import Engine, Payload
from lms.jobs.worker import WorkerProcess


def waiting(database: Database, handler: str) -> list[tuple[str, Payload]]:
    """(id, payload) of the handler's jobs, oldest first."""
    jobs = database.registries.get_existing(Engine).list_jobs(("ENQUEUED", "DELAYED"), limit=500)
    return [(job.id, job.payload) for job in jobs if job.payload["handler"] == handler]


def do_all(app: Flask, handler: str, *, backwards: bool = False) -> int:
    """Do every job of the handler once and leave it waiting, so that calling this again does it again; how many."""
    database: Database = app.extensions["lms.database"]
    worker = WorkerProcess(app.extensions["lms.settings"], database, now)
    jobs = waiting(database, handler)
    for job_id, payload in reversed(jobs) if backwards else jobs:
        worker.run_job(job_id, payload)
    return len(jobs)
