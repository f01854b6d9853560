"""Figures of the background work for Prometheus, to whoever holds the token."""

import hmac

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.orm import Session

from lms import jobs
from lms.clock import now
from lms.errors import NotFound
from lms.people.visitor import settings
from lms.web.access import PUBLIC, needs
from lms.web.unit import reading

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
@needs(PUBLIC)  # a scraper has no account: it shows `metrics_token`, and without one there is nothing here
def show() -> Response:
    """The figures of `/admin/jobs`, with the same bounds."""
    token = settings().metrics_token.get_secret_value()
    if not token:
        raise NotFound
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return Response("the token of the setting metrics_token is missing\n", 401, {"WWW-Authenticate": "Bearer"})
    return Response(generate_latest(_figures(reading())), content_type=CONTENT_TYPE_LATEST)


def _figures(session: Session) -> CollectorRegistry:
    at = now()
    counts = jobs.counts(session)
    waited = (at - counts.oldest_at).total_seconds() if counts.oldest_at else 0.0
    alive = jobs.count_workers(session, at, within_seconds=settings().worker_lost_seconds)
    registry = CollectorRegistry()
    up_to = f"up to {jobs.COUNTED}"
    for name, text, value in (
        ("lms_jobs_waiting", f"Jobs that wait or pause before their next try; {up_to}.", counts.waiting),
        ("lms_jobs_running", f"Jobs that run; {up_to}.", counts.running),
        ("lms_jobs_failed", "Jobs that gave up and wait for a person.", counts.failed),
        ("lms_jobs_oldest_waiting_seconds", "How long the oldest job waits that could be running.", waited),
        ("lms_workers_alive", "Workers that gave a sign of life lately.", alive),
    ):
        Gauge(name, text, registry=registry).set(value)
    return registry
