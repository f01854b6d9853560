"""Codes and tokens by which the hub learns who came (RFC 6749, section 4.1, with PKCE, RFC 7636).

Written out rather than taken from a library: with one client, one redirect address, one kind of grant and S256 always
demanded, what is left is these three steps, and each is one transaction of ours.
"""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.notebooks.models import Grant
from lms.people.models import Person

CODE_LIFE = timedelta(seconds=60)
TOKEN_LIFE = timedelta(minutes=5)
"""The hub asks who this is once, right after it got the token."""
KEPT = timedelta(days=14)
"""A grant tells until then that this sign-in has been at the hub."""

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def issue_code(session: Session, person_id: UUID, session_id: UUID | None, challenge: str, *, at: datetime) -> str:
    """A code for the hub's callback, good once and for CODE_LIFE. `challenge` matches CHALLENGE."""
    session.execute(delete(Grant).where(Grant.person_id == person_id, Grant.issued_at < at - KEPT))
    code = secrets.token_urlsafe(32)
    session.add(
        Grant(person_id=person_id, session_id=session_id, code_hash=_hash(code), challenge=challenge, issued_at=at)
    )
    session.flush()
    return code


def redeem(session: Session, code: str, verifier: str, *, at: datetime) -> str | None:
    """The access token for a code; None when code or verifier is wrong, or the code too old.

    A code that comes a second time was stolen, by whoever came first or second: its token dies too (RFC 6749, 4.1.2).
    """
    grant = session.scalar(select(Grant).where(Grant.code_hash == _hash(code)).with_for_update())
    if grant is None:
        return None
    if grant.redeemed_at is not None:
        grant.revoked_at = at
        return None
    grant.redeemed_at = at
    if at > grant.issued_at + CODE_LIFE or not _proves(verifier, grant.challenge):
        return None
    token = secrets.token_urlsafe(32)
    grant.token_hash = _hash(token)
    return token


def find_person(session: Session, token: str, *, at: datetime) -> Person | None:
    """Who an access token stands for; None when it is unknown, too old or revoked."""
    return session.scalar(
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.token_hash == _hash(token),
            Grant.redeemed_at > at - TOKEN_LIFE,
            Grant.revoked_at.is_(None),
            Person.erased_at.is_(None),
            Person.locked_at.is_(None),
        )
    )


def has_been_at_hub(session: Session, session_id: UUID) -> bool:
    """Whether this sign-in was ever carried over to the hub."""
    return session.scalar(select(Grant.id).where(Grant.session_id == session_id).limit(1)) is not None


def _proves(verifier: str, challenge: str) -> bool:
    if not VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"), challenge)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
