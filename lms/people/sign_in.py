"""Coming in by login and password, and a brake on guessing. Three steps, because the middle one is slow by design:

with a writing session:  claim = make_claim(…)       the try is counted before it is known whether it was right
with no session:         proof = prove(claim, …)     some 50 ms, during which others write
with a writing session:  account = accept(…)
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, TooMany
from lms.people.accounts import find_account
from lms.people.models import Account, SignInTry
from lms.people.passwords import NOBODYS, matches, password_key, renewed
from lms.people.turns import take_turn

WINDOW = timedelta(minutes=10)
TRIES = 8
"""Of one login from one address."""
TRIES_OF_LOGIN = 50
"""Of one login from everywhere: whoever has many addresses cannot go on guessing."""
TRIES_FROM_ADDRESS = 200
"""Of all logins from one address: a school may have one for everybody, and one password may be tried on everybody."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says they are this account. `kept` is the hash to compare with; without an account it is nobody's."""

    login_key: str
    address_key: str
    account_id: UUID | None
    kept: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The password of the claim was right; `renewed` is the hash to keep from now on."""

    claim: Claim
    account_id: UUID
    renewed: str


def make_claim(session: Session, login: str, *, secret: bytes, address: str, at: datetime) -> Claim:
    """Count a try and find the account. Commit it before the password is compared.

    Counted first, many tries at once are no way around the brake. Raises TooMany when there were too many within
    `WINDOW`: of this login from this address, of this login, or from this address.
    """
    key = password_key(login)
    login_key, address_key = _hashed(secret, key.subject), _hashed(secret, _network(address))
    take_turn(session, f"people.sign_in:{login_key}")
    session.execute(delete(SignInTry).where(SignInTry.at < at - WINDOW))
    of_login, from_address = SignInTry.login_key == login_key, SignInTry.address_key == address_key
    for most, which in (
        (TRIES, of_login & from_address),
        (TRIES_OF_LOGIN, of_login),
        (TRIES_FROM_ADDRESS, from_address),
    ):
        if _count(session, which) >= most:
            raise TooMany(N_("Too many wrong passwords. Wait ten minutes or ask for a new link."))
    session.add(SignInTry(id=new_id(), login_key=login_key, address_key=address_key, at=at))
    account = find_account(session, key)
    if account is None or not account.password_hash:
        return Claim(login_key, address_key, None, NOBODYS)
    return Claim(login_key, address_key, account.id, account.password_hash)


def _hashed(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """One customer of a provider: an IPv4 address, or the /64 in which anybody with IPv6 has addresses without end."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(SignInTry).where(which)) or 0


def prove(claim: Claim, password: str) -> Proof | None:
    """None for a wrong password. Takes the same time for an unknown login. Call it outside every transaction."""
    right = matches(claim.kept, password)
    if not right or claim.account_id is None:
        return None
    return Proof(claim, claim.account_id, renewed(claim.kept, password))


def accept(session: Session, proof: Proof, *, at: datetime) -> Account | None:
    """The account that may come in; its tries from there are forgotten. None when its password was changed meanwhile."""
    claim = proof.claim
    account = session.get(Account, proof.account_id, with_for_update=True, populate_existing=True)
    if account is None or account.password_hash != claim.kept:
        return None
    account.password_hash = proof.renewed
    account.last_used_at = at
    session.execute(
        delete(SignInTry).where(SignInTry.login_key == claim.login_key, SignInTry.address_key == claim.address_key)
    )
    return account
