"""Personal data: every table that names a person says of which class it is, and how to export and erase it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lms import registries
from lms.people.accounts import get_person
from lms.people.audit import record
from lms.people.roles import must_leave_an_admin
from lms.registries import ByName


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One contributor. `name` is the room's or plugin's; `tables` those of its tables that have a `person_id`.

    `retention` says in a sentence how long they are kept. `export` returns rows as plain JSON values; `erase` removes
    or pseudonymises them in the caller's transaction.
    """

    name: str
    tables: frozenset[str]
    retention: str
    export: Callable[[Session, UUID], list[dict[str, Any]]]
    erase: Callable[[Session, UUID], None]


class PersonalDataRegistry(ByName[PersonalData]):
    """Every contributor."""


def export_person(session: Session, person_id: UUID, *, by: UUID, at: datetime) -> dict[str, Any]:
    """All that is kept of a person, by contributor, as JSON values; audited. Raises NotFound."""
    get_person(session, person_id)
    record(session, "person.exported", at=at, actor_id=by, subject_id=person_id)
    contributors = registries.of(session).get(PersonalDataRegistry)
    return {one.name: {"retention": one.retention, "rows": one.export(session, person_id)} for one in contributors}


def erase_person(session: Session, person_id: UUID, *, by: UUID, at: datetime) -> None:
    """Forget a person for good: what stays are facts without a name. Raises NotFound, Conflict (the last administrator)."""
    person = get_person(session, person_id)
    must_leave_an_admin(session, person_id)
    for one in reversed(list(registries.of(session).get(PersonalDataRegistry))):  # upper rooms point at lower ones
        one.erase(session, person_id)
    person.erased_at = at
    record(session, "person.erased", at=at, actor_id=by, subject_id=person_id)
    session.flush()
