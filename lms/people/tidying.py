"""What is forgotten by the clock."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from lms.jobs import JobRun
from lms.people.importing import forget_lists
from lms.people.models import OneUseLink, SignInSession, SignInTry
from lms.people.sign_in import WINDOW

SESSIONS_KEPT = timedelta(days=30)
LINKS_KEPT = timedelta(days=90)


def forget(session: Session, *, at: datetime) -> None:
    """Delete sign-ins and links that ended long ago, and uploads that nobody imported."""
    ended = at - SESSIONS_KEPT
    session.execute(delete(SignInSession).where(or_(SignInSession.ended_at < ended, SignInSession.expires_at < ended)))
    session.execute(delete(OneUseLink).where(OneUseLink.expires_at < at - LINKS_KEPT))
    session.execute(delete(SignInTry).where(SignInTry.at < at - WINDOW))
    forget_lists(session, at=at)


def forget_job(run: JobRun) -> None:
    """The daily round."""
    with run.writing() as session:
        forget(session, at=run.at())
