"""Personal data: every table that names a person says of which class it is, and how to export and erase it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

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
