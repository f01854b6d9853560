"""The first administrator of an empty installation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import registries
from lms.people.accounts import create_person, grant
from lms.people.actor import Role
from lms.people.invitations import make_link
from lms.people.models import Account, Grant, Person
from lms.settings import Settings

NAMES = {"ru": "Администратор", "en": "Administrator"}


def first_link(session: Session, at: datetime) -> str | None:
    """A one-use token for `/welcome/<token>` while no administrator has a way in; None once there is one.

    The first time it makes the person; asked again (the link was lost) it makes that person a new link.
    """
    admins = select(Grant.person_id).where(Grant.role == Role.ADMIN, Grant.scope_id.is_(None))
    way_in = select(Account.id).where(Account.person_id.in_(admins))
    usable = way_in.where((Account.provider != "password") | Account.password_hash.is_not(None))
    if session.scalar(usable.limit(1)) is not None:
        return None
    query = select(Person).where(Person.id.in_(admins), Person.erased_at.is_(None)).order_by(Person.created_at)
    person = session.scalar(query.limit(1))
    if person is None:
        locale = registries.of(session).get_existing(Settings).locale
        person = create_person(session, NAMES.get(locale, NAMES["en"]), at=at)
        grant(session, person.id, Role.ADMIN, at=at)
    return make_link(session, person.id, purpose="invite", at=at, by=None)
