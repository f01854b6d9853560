"""Personal data: every table that names a person says of which class it is, and how to export and erase it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from lms import registries
from lms.database import Base
from lms.errors import N_, Conflict
from lms.people.accounts import get_person
from lms.people.audit import record
from lms.registries import ByName


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """A file of the store that a person's rows refer to, and its path in the archive that they get."""

    path: str
    sha256: str


def _no_files(_session: Session, _person_id: UUID) -> Iterable[PersonalFile]:
    return ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One contributor. `name` is the room's or plugin's; `tables` those of its tables that have a `person_id`.

    `retention` says in a sentence how long they are kept. `export` returns rows as plain JSON values; `erase` removes
    or pseudonymises them in the caller's transaction. `files` lists what these rows refer to in the file store: it is
    exported with them, and deleted after they are erased unless somebody else's row refers to the same bytes.
    """

    name: str
    tables: frozenset[str]
    retention: str
    export: Callable[[Session, UUID], list[dict[str, Any]]]
    erase: Callable[[Session, UUID], None]
    files: Callable[[Session, UUID], Iterable[PersonalFile]] = _no_files


class PersonalDataRegistry(ByName[PersonalData]):
    """Every contributor."""


@dataclass(frozen=True, slots=True)
class Export:
    """All that is kept of a person: rows by contributor, as JSON values, and the files that they refer to."""

    rows: dict[str, Any]
    files: tuple[PersonalFile, ...]


def export_person(session: Session, person_id: UUID, *, by: UUID, at: datetime) -> Export:
    """Audited. Raises NotFound, Conflict (a plugin is switched off that keeps something)."""
    get_person(session, person_id)
    must_know_every_table(session)
    record(session, "person.exported", at=at, actor_id=by, subject_id=person_id)
    contributors = list(registries.of(session).get(PersonalDataRegistry))
    return Export(
        rows={one.name: {"retention": one.retention, "rows": one.export(session, person_id)} for one in contributors},
        files=tuple(file for one in contributors for file in one.files(session, person_id)),
    )


def must_know_every_table(session: Session) -> None:
    """Raises Conflict for a table that names people and belongs to nobody who is loaded: a plugin is switched off."""
    schema = inspect(session.connection())
    for name in sorted(set(schema.get_table_names()) - set(Base.metadata.tables)):
        if any(column["name"] == "person_id" for column in schema.get_columns(name)):
            raise Conflict(
                N_("The table %(table)s keeps data of people, and its plugin is switched off. Switch it on first."),
                table=name,
            )
