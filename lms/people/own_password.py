"""A person changes the password they know. The present one is proven as at sign-in, so it is guessed no faster here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms.errors import N_, Conflict, Invalid
from lms.people.audit import record
from lms.people.invitations import stop_links
from lms.people.passwords import NewPassword
from lms.people.sessions import end_all_sessions
from lms.people.sign_in import Proof, accept


def change_password(session: Session, proof: Proof, password: NewPassword, *, by: UUID, at: datetime) -> None:
    """Set the new password; every browser is signed out and every one-use link of before stops working.

    Raises Invalid (the password is the login), Conflict (it was changed elsewhere while the present one was compared).
    """
    account = accept(session, proof, at=at)
    if account is None or account.person_id != by:
        raise Conflict(N_("The password has been changed elsewhere meanwhile. Sign in with the new one."))
    password.must_differ_from(account.subject)
    account.password_hash = password.hash
    stop_links(session, by, at=at)
    end_all_sessions(session, by, at=at)
    record(session, "password.changed", at=at, actor_id=by, subject_id=by)


def must_differ(present: str, password: NewPassword) -> None:
    """Raises Invalid when it is no change."""
    if present == password.text:
        raise Invalid(N_("This is the present password. Choose another one."))
