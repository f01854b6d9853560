"""Forgetting a person's notebook server: the hub stops it, deletes what it kept of them, and no longer knows their name."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.jobs import Handler, JobRun, enqueue
from lms.notebooks.hub_api import HubApi
from lms.notebooks.models import Grant
from lms.people.models import Person
from lms.settings import Settings

FORGET = "notebooks.forget"


def erase(session: Session, person_id: UUID) -> None:
    """Sign-ins go at once; home, log and server as soon as the hub answers."""
    session.execute(delete(Grant).where(Grant.person_id == person_id))
    enqueue(session, FORGET, {"name": session.get_one(Person, person_id).opaque_name}, key=person_id.hex)


def _forget(run: JobRun) -> None:
    HubApi(run.database.registries.get_existing(Settings)).forget_user(run.ids["name"])


HANDLER = Handler(FORGET, _forget)
