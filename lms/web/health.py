"""For load balancers and supervisors: is the process there, and can it do its work."""

from flask import Blueprint, Response
from sqlalchemy import text

from lms.web.access import PUBLIC, needs
from lms.web.unit import reading

health = Blueprint("health", __name__)


@health.get("/healthz")
@needs(PUBLIC)
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
@needs(PUBLIC)
def ready() -> Response:
    """The database answers too; otherwise 503 with an error id."""
    reading().execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
