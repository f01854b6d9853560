"""Who is locked, signed out everywhere or has a new password is out of the hub too: their server stops, nothing opens it."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.clock import now
from lms.database import new_id
from lms.jobs import Handler, JobRun, enqueue
from lms.notebooks.hub_api import HubApi
from lms.notebooks.models import Grant
from lms.people.models import Person
from lms.people.sessions import Elsewhere
from lms.settings import Settings

EXPEL = "notebooks.expel"


def expel(session: Session, person_id: UUID) -> None:
    """Codes and tokens under way die at once; server and sign-ins at the hub as soon as it answers."""
    session.execute(
        update(Grant).where(Grant.person_id == person_id, Grant.revoked_at.is_(None)).values(revoked_at=now())
    )
    name = session.get_one(Person, person_id).opaque_name
    enqueue(session, EXPEL, {"name": name}, key=new_id().hex)


def _expel(run: JobRun) -> None:
    HubApi(run.database.registries.get_existing(Settings)).sign_out_user(run.ids["name"])


HANDLER = Handler(EXPEL, _expel)
ELSEWHERE = Elsewhere("notebooks", expel)
