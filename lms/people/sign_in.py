"""Coming in by login and password, and a brake on guessing. Three steps, because the middle one is slow by design:

with a writing session:  claim = make_claim(…)       the try is counted before it is known whether it was right
with no session:         proof = prove(claim, …)     some 50 ms, during which others write
with a writing session:  account = accept(…)
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, TooMany
from lms.people.accounts import find_account
from lms.people.models import Account, SignInTry
from lms.people.passwords import NOBODYS, matches, password_key, renewed

TRIES = 8
WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says they are this account. `kept` is the hash to compare with; without an account it is nobody's."""

    tries_key: str
    account_id: UUID | None
    kept: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The password matched `kept`; `renewed` is the hash to keep from now on."""

    tries_key: str
    account_id: UUID
    kept: str
    renewed: str


def make_claim(session: Session, login: str, *, secret: bytes, address: str, at: datetime) -> Claim:
    """Count a try and find the account. Commit it before the password is compared.

    Counted first, many tries at once are no way around the brake. Raises TooMany when this login has `TRIES` tries from
    this address within `WINDOW`.
    """
    key = hmac.new(secret, f"{login.strip().casefold()}|{address}".encode(), hashlib.sha256).hexdigest()
    _one_after_another(session, key)
    session.execute(delete(SignInTry).where(SignInTry.at < at - WINDOW))
    tries = session.scalar(select(func.count()).where(SignInTry.key == key)) or 0
    if tries >= TRIES:
        raise TooMany(N_("Too many wrong passwords. Wait ten minutes or ask for a new link."))
    session.add(SignInTry(id=new_id(), key=key, at=at))
    account = find_account(session, password_key(login))
    if account is None or not account.password_hash:
        return Claim(key, None, NOBODYS)
    return Claim(key, account.id, account.password_hash)


def _one_after_another(session: Session, key: str) -> None:
    """Tries of one key are counted in turn. On SQLite the transaction itself is such a lock."""
    if session.get_bind().dialect.name == "postgresql":
        lock = int.from_bytes(bytes.fromhex(key[:16]), signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def prove(claim: Claim, password: str) -> Proof | None:
    """None for a wrong password. Takes the same time for an unknown login. Call it outside every transaction."""
    right = matches(claim.kept, password)
    if not right or claim.account_id is None:
        return None
    return Proof(claim.tries_key, claim.account_id, claim.kept, renewed(claim.kept, password))


def accept(session: Session, proof: Proof, *, at: datetime) -> Account | None:
    """The account that may come in; its tries are forgotten. None when its password has been changed meanwhile."""
    account = session.get(Account, proof.account_id, with_for_update=True, populate_existing=True)
    if account is None or account.password_hash != proof.kept:
        return None
    account.password_hash = proof.renewed
    account.last_used_at = at
    session.execute(delete(SignInTry).where(SignInTry.key == proof.tries_key))
    return account
