"""Signed-in browsers: rows, so that one can be ended from another."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import registries
from lms.database import new_id
from lms.errors import N_, Forbidden, NotFound
from lms.people.actor import Actor, Permissions, Role, allowed_by
from lms.people.models import Grant, Person, SignInSession
from lms.registries import ByName

SEEN_STEP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place beyond the tool where a person may be signed in too; `sign_out` enlists in the caller's transaction."""

    name: str
    sign_out: Callable[[Session, UUID], None]


class SignedInElsewhere(ByName[Elsewhere]):
    """Every such place."""


def hash_token(token: str) -> str:
    """What of a random token is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    session: Session,
    person_id: UUID,
    *,
    at: datetime,
    days: int,
    account_id: UUID | None = None,
    browser: str = "",
    replaces: str = "",
) -> str:
    """A new signed-in browser; returns the token for its cookie, which is kept nowhere else.

    `replaces` is the token the browser came with: that session ends, so that nobody who knew it is signed in with it.
    Raises Forbidden for a locked person, NotFound for an erased one.
    """
    person = session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise NotFound
    if person.locked_at is not None:
        raise Forbidden(N_("This person's access is locked. Ask your administrator."))
    if replaces:
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_hash == hash_token(replaces), SignInSession.ended_at.is_(None))
            .values(ended_at=at)
        )
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            id=new_id(),
            token_hash=hash_token(token),
            person_id=person_id,
            account_id=account_id,
            browser=browser[:200],
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(days=days),
        )
    )
    session.flush()
    return token


def find_session(session: Session, token: str, *, at: datetime) -> tuple[SignInSession, Person] | None:
    """The living session of this token, unless its person is locked or erased. One query."""
    row = session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(
            SignInSession.token_hash == hash_token(token),
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > at,
            Person.locked_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def is_same_person(session: Session, before: str, after: str) -> bool:
    """Whether both tokens are or were this person's, the first maybe ended by now."""
    hashes = {hash_token(before), hash_token(after)}
    rows = session.execute(
        select(SignInSession.token_hash, SignInSession.person_id).where(SignInSession.token_hash.in_(hashes))
    ).all()
    return len(rows) == len(hashes) and len({person_id for _, person_id in rows}) == 1


def touch(session: Session, session_id: UUID, *, at: datetime) -> None:
    """Note that the browser was seen; asked for once in `SEEN_STEP`."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=at))


def actor_of(session: Session, person: Person, *, session_id: UUID | None = None) -> Actor:
    """A person as an actor; also for the command line and jobs that act for somebody."""
    rows = session.execute(select(Grant.role, Grant.scope_id).where(Grant.person_id == person.id)).all()
    grants = [(Role(role), scope) for role, scope in rows]
    return Actor(
        person_id=person.id,
        display_name=person.display_name,
        locale=person.locale,
        zone=person.zone,
        roles=frozenset(role for role, _ in grants),
        allowed=allowed_by(registries.of(session).get(Permissions), grants),
        session_id=session_id,
    )


def end_session(session: Session, session_id: UUID, *, person_id: UUID, at: datetime) -> None:
    """Sign one browser of this person out; nothing happens if it is out already."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def end_all_sessions(session: Session, person_id: UUID, *, at: datetime) -> None:
    """Sign out everywhere, beyond the tool too."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    for place in registries.of(session).get(SignedInElsewhere):
        place.sign_out(session, person_id)


def list_sessions(session: Session, person_id: UUID, *, at: datetime) -> list[SignInSession]:
    """The living ones, newest first, at most 100."""
    query = (
        select(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None), SignInSession.expires_at > at)
        .order_by(SignInSession.seen_at.desc())
        .limit(100)
    )
    return list(session.scalars(query))
