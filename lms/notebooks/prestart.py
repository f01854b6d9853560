"""Getting ready before a participant asks for it: their server, and the files of their assignments.

The click then takes three seconds instead of ten, or of twenty when nbgrader has to make a release first.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from lms.jobs import Handler, JobRun, enqueue
from lms.notebooks import service
from lms.notebooks.hub_api import HubApi, HubBusy, HubDown
from lms.people.models import Person
from lms.settings import Settings

log = structlog.get_logger(__name__)

START = "notebooks.start"
RETRY_SECONDS = (10, 20, 40)
"""A class comes in at once, and the hub starts a few servers at a time."""
STEP_SECONDS = 600
"""However often a person comes, one start is asked for in so many seconds."""


def prestart(session: Session, person_id: UUID, *, at: datetime) -> None:
    """Enlist the head start of this person; called when they come in by a launch."""
    slot = int(at.timestamp()) // STEP_SECONDS
    enqueue(session, START, {"person_id": str(person_id)}, key=f"{person_id.hex}:{slot}")


def start_server(settings: Settings, name: str) -> None:
    """Have the hub start the server of user `name`, adding the user if it is unknown. Raises HubDown."""
    HubApi(settings).start_server(name)


def _start(run: JobRun) -> None:
    settings = run.database.registries.get_existing(Settings)
    with run.reading() as session:
        person = session.get(Person, UUID(run.ids["person_id"]))
        if person is None or person.erased_at is not None or person.locked_at is not None:
            return
        name = person.opaque_name
    try:
        start_server(settings, name)
    except HubBusy:
        if run.attempt <= len(RETRY_SECONDS):
            raise
    except HubDown:  # a head start that failed costs the person seconds, so no admin need look at it
        log.warning("the hub did not start a server ahead of time", person=name)
    _make_releases(run, UUID(run.ids["person_id"]), settings)


def _make_releases(run: JobRun, person_id: UUID, settings: Settings) -> None:
    """Have the release of each assignment made, if nobody has opened it since the course changed."""
    with run.reading() as session:
        for offer in service.list_offers(session, person_id, at=run.at()):
            service.handed_out(session, offer, settings.locale, settings)


HANDLER = Handler(START, _start, retry_seconds=RETRY_SECONDS)
