"""What this room itself keeps of a person."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from lms.people.models import (
    Account,
    AuditEntry,
    Cohort,
    CohortMember,
    Grant,
    ImportedList,
    OneUseLink,
    Person,
    SignInSession,
    TutorGroup,
    TutorGroupMember,
)
from lms.people.personal import PersonalData

NAMELESS = "–"
EXPORTED = 5000
OWNED = (SignInSession, OneUseLink, Account, Grant, CohortMember, TutorGroupMember)
"""Tables with a `person_id`, in the order in which they can be emptied."""


def _export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    person = session.get_one(Person, person_id)
    rows: list[dict[str, Any]] = [
        {
            "what": "person",
            "name": person.display_name,
            "locale": person.locale,
            "zone": person.zone,
            "since": person.created_at.isoformat(),
        }
    ]
    accounts = session.scalars(select(Account).where(Account.person_id == person_id))
    rows += [
        {"what": "account", "provider": one.provider, "issuer": one.issuer, "name": one.subject} for one in accounts
    ]
    grants = session.scalars(select(Grant).where(Grant.person_id == person_id))
    rows += [{"what": "role", "role": one.role, "since": one.given_at.isoformat()} for one in grants]
    cohorts = select(Cohort.code, CohortMember.stage).join(CohortMember).where(CohortMember.person_id == person_id)
    rows += [{"what": "cohort", "code": code, "stage": stage} for code, stage in session.execute(cohorts)]
    groups = select(TutorGroup.title).join(TutorGroupMember).where(TutorGroupMember.person_id == person_id)
    rows += [{"what": "tutor group", "title": title} for title in session.scalars(groups)]
    browsers = select(SignInSession).where(SignInSession.person_id == person_id).order_by(SignInSession.id.desc())
    rows += [
        {"what": "signed-in browser", "browser": one.browser, "since": one.created_at.isoformat()}
        for one in session.scalars(browsers.limit(EXPORTED))
    ]
    mine = or_(AuditEntry.subject_id == person_id, AuditEntry.actor_id == person_id)
    entries = session.scalars(select(AuditEntry).where(mine).order_by(AuditEntry.at.desc()).limit(EXPORTED))
    rows += [{"what": "audit", "action": one.action, "at": one.at.isoformat()} for one in entries]
    return rows


def _erase(session: Session, person_id: UUID) -> None:
    """The audit keeps ids, which then say nothing. Lists that wait for their import may name the person: they go too."""
    for table in OWNED:
        session.execute(delete(table).where(table.person_id == person_id))
    session.execute(delete(ImportedList))
    person = session.get_one(Person, person_id)
    person.display_name = NAMELESS
    person.list_key = person.locale = person.zone = None


PEOPLE = PersonalData(
    name="people",
    tables=frozenset(table.__tablename__ for table in OWNED),
    retention="While the person takes part; sign-ins 30 days after they end, links 90 days; the audit keeps ids alone.",
    export=_export,
    erase=_erase,
)
