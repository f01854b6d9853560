"""Passwords: argon2id by argon2-cffi's defaults (RFC 9106, second recommended option), and a brake on guessing."""

import hashlib
import hmac
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_, Invalid, TooMany
from lms.people.accounts import AccountKey, find_account
from lms.people.models import Account, SignInTry

MIN_LENGTH = 8
MAX_LENGTH = 200
TRIES = 8
WINDOW = timedelta(minutes=10)
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def password_key(login: str) -> AccountKey:
    """The account of a login; case and surrounding spaces don't matter."""
    return AccountKey("password", login.strip().casefold()[:255])


def check_password_rules(password: str, login: str) -> None:
    """Raises Invalid with the sentence to show."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(N_("Choose a password of at least %(least)s characters."), least=MIN_LENGTH)
    if password.casefold() == login.strip().casefold():
        raise Invalid(N_("The password must differ from the login."))


def set_password(account: Account, password: str) -> None:
    """Keep the hash; the password itself is kept nowhere."""
    account.password_hash = _hasher.hash(password)


def verify(session: Session, login: str, password: str, *, secret: bytes, address: str, at: datetime) -> Account | None:
    """The account when the password is right. Takes the same time for an unknown login.

    Raises TooMany after `TRIES` failures of this login from this address within `WINDOW`. A failure is written into the
    session, so commit it also when None comes back.
    """
    key = hmac.new(secret, f"{login.strip().casefold()}|{address}".encode(), hashlib.sha256).hexdigest()
    session.execute(delete(SignInTry).where(SignInTry.at < at - WINDOW))
    tries = session.scalar(select(func.count()).where(SignInTry.key == key)) or 0
    if tries >= TRIES:
        raise TooMany(N_("Too many wrong passwords. Wait ten minutes or ask for a new link."))
    account = find_account(session, password_key(login))
    if account is not None and account.password_hash and _matches(account.password_hash, password):
        if _hasher.check_needs_rehash(account.password_hash):
            set_password(account, password)
        session.execute(delete(SignInTry).where(SignInTry.key == key))
        return account
    if account is None or not account.password_hash:
        _matches(_NOBODY, password)
    session.add(SignInTry(id=new_id(), key=key, at=at))
    return None


def _matches(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
