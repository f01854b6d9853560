"""One-use links: the only way to a first password, and the way back to a forgotten one."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Conflict, Forbidden, Gone, Invalid
from lms.people.accounts import add_account, find_account, get_person
from lms.people.actor import Actor, Role
from lms.people.audit import record
from lms.people.groups import covers, group_ids_of
from lms.people.models import Account, OneUseLink, Person
from lms.people.names import tidy
from lms.people.passwords import NewPassword, password_key
from lms.people.permissions import ACCOMPANY, MANAGE
from lms.people.roles import roles_of
from lms.people.sessions import end_all_sessions, hash_token

INVITE_DAYS = 30
RESET_HOURS = 24
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link just made. The token is shown this once and kept nowhere."""

    person_id: UUID
    display_name: str
    token: str
    known_login: str | None
    expires_at: datetime


def may_link(session: Session, person_id: UUID, *, by: Actor) -> bool:
    """Who manages people may invite everybody; a tutor the participants of their groups, and nobody with more rights."""
    if by.may(MANAGE.name):
        return True
    if not covers(by, ACCOMPANY.name, group_ids_of(session, person_id)):
        return False
    return roles_of(session, person_id) <= {Role.PARTICIPANT}


def invite(session: Session, person_ids: Sequence[UUID], *, by: Actor, at: datetime) -> list[Invitation]:
    """A new one-use link for each: an invitation, or a reset for those who have a password already.

    Raises NotFound, Forbidden (for one of them: then none is made), Invalid for more than `AT_ONCE`.
    """
    if len(person_ids) > AT_ONCE:
        raise Invalid(N_("At most %(most)s people at once. Choose fewer."), most=AT_ONCE)
    made = []
    for person_id in dict.fromkeys(person_ids):
        person = get_person(session, person_id)
        if not may_link(session, person_id, by=by):
            raise Forbidden
        purpose = "reset" if has_password(session, person_id) else "invite"
        token = make_link(session, person_id, purpose=purpose, at=at, by=by.person_id)
        made.append(
            Invitation(
                person_id=person_id,
                display_name=person.display_name,
                token=token,
                known_login=find_login(session, person_id),
                expires_at=at + lifetime(purpose),
            )
        )
    return made


def lifetime(purpose: str) -> timedelta:
    """How long a link of this purpose works."""
    return timedelta(days=INVITE_DAYS) if purpose == "invite" else timedelta(hours=RESET_HOURS)


def make_link(session: Session, person_id: UUID, *, purpose: str, at: datetime, by: UUID | None) -> str:
    """A token for `/welcome/<token>`; earlier unused ones of this person stop working."""
    stop_links(session, person_id, at=at)
    token = secrets.token_urlsafe(18)
    session.add(
        OneUseLink(
            id=new_id(),
            token_hash=hash_token(token),
            person_id=person_id,
            purpose=purpose,
            created_at=at,
            expires_at=at + lifetime(purpose),
        )
    )
    record(session, f"link.{purpose}", at=at, actor_id=by, subject_id=person_id)
    session.flush()
    return token


def stop_links(session: Session, person_id: UUID, *, at: datetime) -> None:
    """None of this person's links that are still unused works any more."""
    session.execute(
        update(OneUseLink)
        .where(OneUseLink.person_id == person_id, OneUseLink.used_at.is_(None), OneUseLink.expires_at > at)
        .values(expires_at=at)
    )


def get_link(session: Session, token: str, *, at: datetime, for_update: bool = False) -> OneUseLink:
    """The link that still works. Raises Gone for one that is unknown, used or too old: which, is nobody's business."""
    query = select(OneUseLink).where(OneUseLink.token_hash == hash_token(token))
    link = session.scalar(query.with_for_update() if for_update else query)
    if link is None or link.used_at is not None or link.expires_at <= at:
        raise Gone(N_("This link has been used or is too old. Ask your tutor or administrator for a new one."))
    return link


def find_login(session: Session, person_id: UUID) -> str | None:
    """The person's login, if they have one."""
    return session.scalar(select(Account.subject).where(Account.person_id == person_id, Account.provider == "password"))


def has_password(session: Session, person_id: UUID) -> bool:
    """Whether they have come in by a link before."""
    query = select(Account.id).where(Account.person_id == person_id, Account.password_hash.is_not(None))
    return session.scalar(query.limit(1)) is not None


def use_link(session: Session, token: str, *, login: str, password: NewPassword, at: datetime) -> Person:
    """Set login and password and spend the link; everybody signed in as this person is signed out.

    Raises Gone, Conflict (the login is somebody else's), Invalid (the password is the login).
    """
    link = get_link(session, token, at=at, for_update=True)
    person = session.get_one(Person, link.person_id)
    known = find_login(session, person.id)
    login = tidy(login)
    password.must_differ_from(known or login)
    key = password_key(known or login)
    account = find_account(session, key)
    if account is not None and account.person_id != person.id:
        raise Conflict(N_("This login is taken. Choose another one."))
    if not key.subject:
        raise Conflict(N_("Choose a login."))
    account = account or add_account(session, person.id, key, at=at)
    account.password_hash = password.hash
    link.used_at = at
    end_all_sessions(session, person.id, at=at)
    record(session, f"link.{link.purpose}.used", at=at, actor_id=person.id, subject_id=person.id)
    return person
