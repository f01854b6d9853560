"""Whom a mentor of the platform accompanies: the listed people become a group of ours, and the mentor may look at it.

LTI 1.3 core, 5.4.3 (role_scope_mentor). A mentor only ever looks, so a platform may say this of its own people; a tutor
judges, and whose tutor somebody is the programme alone decides.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.accounts import grant
from lms.people.actor import Role
from lms.people.groups import add_member, member_ids, remove_member
from lms.people.models import Account, Person, TutorGroup


def accompany(session: Session, mentor: Person, account: Account, subjects: Collection[str], *, at: datetime) -> None:
    """Make the group of this mentor's account exactly the people of `subjects` who have come from the same platform.

    A mentor of nobody has no group, and so sees nobody.
    """
    wanted = _people(session, account, subjects)
    group_id = group_id_of(account)
    if session.get(TutorGroup, group_id) is None:
        if not wanted:
            return
        session.add(TutorGroup(id=group_id, title=f"{mentor.display_name[:180]} · {group_id.hex[:8]}"))
        session.flush()
    known = member_ids(session, [group_id])
    for person_id in wanted - known:
        add_member(session, group_id, person_id, by=mentor.id, at=at)
    for person_id in known - wanted:
        remove_member(session, group_id, person_id, by=mentor.id, at=at)
    grant(session, mentor.id, Role.MENTOR, scope_id=group_id, at=at)


def group_id_of(account: Account) -> UUID:
    """The same for every launch of an account."""
    return uuid5(account.id, "mentees")


def _people(session: Session, account: Account, subjects: Collection[str]) -> set[UUID]:
    query = (
        select(Account.person_id)
        .join(Person, Person.id == Account.person_id)
        .where(
            Account.provider == account.provider,
            Account.issuer == account.issuer,
            Account.client_id == account.client_id,
            Account.subject.in_(subjects),
            Account.person_id != account.person_id,
            Person.erased_at.is_(None),
        )
    )
    return set(session.scalars(query))
