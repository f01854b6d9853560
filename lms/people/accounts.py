"""Ways in: an account is found by who vouches for it, and made with its person when it first comes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import NotFound
from lms.people.actor import Role
from lms.people.audit import record
from lms.people.models import Account, Grant, Person
from lms.people.names import tidy


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What identifies an account; see `Account` for the meaning per provider."""

    provider: str
    subject: str
    issuer: str = ""
    client_id: str = ""


def get_person(session: Session, person_id: UUID) -> Person:
    """Raises NotFound, also for an erased person."""
    person = session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise NotFound
    return person


def find_account(session: Session, key: AccountKey) -> Account | None:
    """The account of this key."""
    return session.scalar(
        select(Account).where(
            Account.provider == key.provider,
            Account.issuer == key.issuer,
            Account.client_id == key.client_id,
            Account.subject == key.subject,
        )
    )


def create_person(
    session: Session, display_name: str, *, at: datetime, locale: str | None = None, is_test: bool = False
) -> Person:
    """A person without an account or a role yet."""
    person = Person(id=new_id(), display_name=tidy(display_name), locale=locale, is_test=is_test, created_at=at)
    session.add(person)
    session.flush()
    return person


def add_account(session: Session, person_id: UUID, key: AccountKey, *, at: datetime) -> Account:
    """Give a person one more way in."""
    account = Account(
        id=new_id(),
        person_id=person_id,
        provider=key.provider,
        issuer=key.issuer,
        client_id=key.client_id,
        subject=key.subject,
        created_at=at,
    )
    session.add(account)
    session.flush()
    return account


def find_or_create(
    session: Session,
    key: AccountKey,
    *,
    display_name: str,
    at: datetime,
    locale: str | None = None,
    is_test: bool = False,
) -> tuple[Person, Account]:
    """The person of a vouched-for account, made on first sight; a changed name is taken over."""
    account = find_account(session, key)
    if account is None:
        person = create_person(session, display_name, at=at, locale=locale, is_test=is_test)
        account = add_account(session, person.id, key, at=at)
    else:
        person = get_person(session, account.person_id)
        name = tidy(display_name)
        if name and person.display_name != name:
            person.display_name = name
    return person, account


def grant(
    session: Session, person_id: UUID, role: Role, *, at: datetime, scope_id: UUID | None = None, by: UUID | None = None
) -> None:
    """Give a role; giving it again changes nothing."""
    scope = Grant.scope_id.is_(None) if scope_id is None else Grant.scope_id == scope_id
    known = session.scalar(select(Grant.id).where(Grant.person_id == person_id, Grant.role == role, scope))
    if known is None:
        session.add(Grant(id=new_id(), person_id=person_id, role=role, scope_id=scope_id, given_at=at, given_by=by))
        record(session, "role.granted", at=at, actor_id=by, subject_id=person_id, role=str(role), scope=str(scope_id))
        session.flush()


def list_accounts(session: Session, person_id: UUID) -> list[Account]:
    """A person's ways in, the first one first, at most 50."""
    query = select(Account).where(Account.person_id == person_id).order_by(Account.created_at).limit(50)
    return list(session.scalars(query))
