"""Who is in the programme: search, filter, page; a bounded number of queries whatever the page's length."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from lms.people.actor import Role
from lms.people.models import (
    Account,
    Cohort,
    CohortMember,
    Grant,
    OneUseLink,
    Person,
    SignInSession,
    TutorGroup,
    TutorGroupMember,
)
from lms.people.names import plain


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; empty fields don't filter."""

    words: str = ""
    role: Role | None = None
    cohort: str = ""
    group_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as a list shows them. `state` is active (has a way in), invited, none or locked."""

    id: UUID
    display_name: str
    login: str | None
    roles: tuple[Role, ...]
    cohorts: tuple[str, ...]
    groups: tuple[str, ...]
    state: str
    seen_at: datetime | None


def search(wanted: Wanted) -> Select[Person]:
    """Living people by name; each word must be found in the name or the login."""
    query = select(Person).where(Person.erased_at.is_(None)).order_by(Person.plain_name, Person.id)
    for word in plain(wanted.words).split()[:8]:
        login = exists().where(
            Account.person_id == Person.id,
            Account.provider == "password",
            Account.subject.contains(word, autoescape=True),
        )
        query = query.where(or_(Person.plain_name.contains(word, autoescape=True), login))
    if wanted.role is not None:
        query = query.where(exists().where(Grant.person_id == Person.id, Grant.role == wanted.role))
    if wanted.cohort:
        member = select(CohortMember.person_id).join(Cohort).where(Cohort.code == wanted.cohort)
        query = query.where(Person.id.in_(member))
    if wanted.group_id is not None:
        query = query.where(
            exists().where(TutorGroupMember.person_id == Person.id, TutorGroupMember.group_id == wanted.group_id)
        )
    return query


def describe(session: Session, people: Sequence[Person], *, at: datetime) -> list[Entry]:
    """In the order given; seven queries."""
    ids = [person.id for person in people]
    accounts = session.scalars(select(Account).where(Account.person_id.in_(ids))).all()
    logins = {one.person_id: one.subject for one in accounts if one.provider == "password"}
    able = {one.person_id for one in accounts if one.provider != "password" or one.password_hash}
    open_links = select(OneUseLink.person_id).where(OneUseLink.used_at.is_(None), OneUseLink.expires_at > at)
    invited = set(session.scalars(open_links.where(OneUseLink.person_id.in_(ids))))
    latest = select(SignInSession.person_id, func.max(SignInSession.seen_at)).where(SignInSession.person_id.in_(ids))
    seen = dict(session.execute(latest.group_by(SignInSession.person_id)).all())
    roles = _gather(session.execute(select(Grant.person_id, Grant.role).where(Grant.person_id.in_(ids))))
    cohorts = _gather(
        session.execute(select(CohortMember.person_id, Cohort.code).join(Cohort).where(CohortMember.person_id.in_(ids)))
    )
    groups = _gather(
        session.execute(
            select(TutorGroupMember.person_id, TutorGroup.title)
            .join(TutorGroup)
            .where(TutorGroupMember.person_id.in_(ids))
        )
    )

    def state(person: Person) -> str:
        if person.locked_at is not None:
            return "locked"
        if person.id in able:
            return "active"
        return "invited" if person.id in invited else "none"

    return [
        Entry(
            id=person.id,
            display_name=person.display_name,
            login=logins.get(person.id),
            roles=tuple(role for role in Role if role in roles[person.id]),
            cohorts=tuple(cohorts[person.id]),
            groups=tuple(groups[person.id]),
            state=state(person),
            seen_at=seen.get(person.id),
        )
        for person in people
    ]


def _gather(pairs: Iterable[tuple[UUID, str]]) -> defaultdict[UUID, list[str]]:
    """Sorted, without doubles."""
    gathered: defaultdict[UUID, list[str]] = defaultdict(list)
    for person_id, text in sorted(set(pairs), key=lambda pair: pair[1]):
        gathered[person_id].append(text)
    return gathered
