"""A person in the programme: added, renamed, locked out, let in again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms.errors import N_, Conflict, Invalid
from lms.people.accounts import create_person, get_person, grant
from lms.people.actor import Role
from lms.people.audit import record
from lms.people.cohorts import find_or_create_cohort, join
from lms.people.groups import add_member, add_tutor, create_group, find_group
from lms.people.models import Person
from lms.people.names import tidy
from lms.people.roles import must_leave_an_admin
from lms.people.sessions import end_all_sessions


def add_person(
    session: Session,
    name: str,
    role: Role,
    *,
    by: UUID | None,
    at: datetime,
    cohort: str = "",
    stage: str = "",
    group: str = "",
    locale: str | None = None,
) -> Person:
    """Somebody new with a role, and in a cohort and group if these are named; both are made if they are new.

    A tutor with a group holds the role there alone. Raises Invalid for no name.
    """
    name = tidy(name)
    if not name:
        raise Invalid(N_("The name is missing."))
    person = create_person(session, name, at=at, locale=locale)
    record(session, "person.added", at=at, actor_id=by, subject_id=person.id)
    if cohort:
        join(session, find_or_create_cohort(session, cohort).id, person.id, stage=tidy(stage))
    found = (find_group(session, group) or create_group(session, group, by=by, at=at)) if group else None
    if role is Role.TUTOR and found is not None:
        add_tutor(session, found.id, person.id, by=by, at=at)
        return person
    grant(session, person.id, role, at=at, by=by)
    if found is not None:
        add_member(session, found.id, person.id, by=by, at=at)
    return person


def change_person(session: Session, person_id: UUID, *, name: str, locale: str, by: UUID, at: datetime) -> None:
    """Raises NotFound, Invalid for no name."""
    person, name = get_person(session, person_id), tidy(name)
    if not name:
        raise Invalid(N_("The name is missing."))
    if person.display_name != name:
        person.display_name = name
        record(session, "person.renamed", at=at, actor_id=by, subject_id=person_id)
    person.locale = locale if locale in {"ru", "en"} else None


def lock_person(session: Session, person_id: UUID, *, by: UUID, at: datetime) -> None:
    """Sign out everywhere and let in nowhere, until unlocked. Raises NotFound, Conflict (oneself, the last administrator)."""
    person = get_person(session, person_id)
    if person_id == by:
        raise Conflict(N_("You cannot lock yourself out."))
    must_leave_an_admin(session, person_id)
    if person.locked_at is None:
        person.locked_at = at
        end_all_sessions(session, person_id, at=at)
        record(session, "person.locked", at=at, actor_id=by, subject_id=person_id)


def unlock_person(session: Session, person_id: UUID, *, by: UUID, at: datetime) -> None:
    """Let in again. Raises NotFound."""
    person = get_person(session, person_id)
    if person.locked_at is not None:
        person.locked_at = None
        record(session, "person.unlocked", at=at, actor_id=by, subject_id=person_id)


def sign_out(session: Session, person_id: UUID, *, by: UUID, at: datetime) -> None:
    """Sign a person out everywhere. Raises NotFound."""
    get_person(session, person_id)
    end_all_sessions(session, person_id, at=at)
    record(session, "person.signed_out", at=at, actor_id=by, subject_id=person_id)
