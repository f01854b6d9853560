"""What importing a list would do: row by row, without doing it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from lms.errors import N_
from lms.people.actor import Role
from lms.people.importing.known import Known, look_up
from lms.people.importing.rows import Note, Row, read_row
from lms.people.importing.table import read_table
from lms.people.models import Person
from lms.people.names import plain
from lms.people.roles import TITLES


class Act(StrEnum):
    """What a row comes to."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row, whom it means (None: somebody new) and what it would change, or what is wrong with it."""

    row: Row
    act: Act
    person_id: UUID | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole list. It can be imported when no row has a problem. `headings`: our column -> the file's word for it."""

    rows: tuple[PlannedRow, ...]
    ignored: tuple[str, ...]
    headings: Mapping[str, str]

    def count(self, act: Act) -> int:
        """How many rows come to this."""
        return sum(1 for planned in self.rows if planned.act is act)

    @property
    def is_sound(self) -> bool:
        """Whether it may be imported."""
        return self.count(Act.PROBLEM) == 0

    @property
    def digest(self) -> str:
        """Changes when the plan does: what was confirmed is what is done, or nothing."""
        said = "\n".join(f"{p.row.line} {p.act} {p.person_id} {p.notes}" for p in self.rows)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def make_plan(session: Session, content: bytes) -> Plan:
    """Raises TooLarge, Invalid when the file as a whole cannot be read."""
    table = read_table(content)
    rows = [read_row(cells) for cells in table.rows]
    known = look_up(session, rows)
    met: dict[str, int] = {}
    return Plan(tuple(_plan(row, known, met) for row in rows), table.ignored, table.headings)


def _plan(row: Row, known: Known, met: dict[str, int]) -> PlannedRow:
    problems = list(row.problems)
    person = None
    if not problems:
        person = _find(row, known, problems)
        _meet(row, person, met, problems)
    if problems:
        return PlannedRow(row, Act.PROBLEM, None, tuple(problems))
    notes = tuple(_changes(row, person, known))
    if person is None:
        return PlannedRow(row, Act.NEW, None, notes)
    return PlannedRow(row, Act.CHANGE if notes else Act.SAME, person.id, notes)


def _find(row: Row, known: Known, problems: list[Note]) -> Person | None:
    """By id, else by login, else by name within the cohort."""
    by_key, by_login = known.by_key.get(row.key), known.by_login.get(row.login)
    if row.list_id and by_key and by_login and by_key != by_login:
        problems.append(
            Note(N_("This login belongs to somebody else than this number. Correct one of the two."), {}, "login")
        )
    person_id = by_key or by_login or _by_name(row, known, problems)
    if person_id is None:
        return None
    person = known.people[person_id]
    login = known.logins.get(person_id)
    if row.login and login and login != row.login:
        text = N_(
            "This person's login is “%(login)s”, and a list does not change logins. Write that one or leave the cell empty."
        )
        problems.append(Note(text, {"login": login}, "login"))
    elif row.login and by_login and by_login != person_id:
        problems.append(
            Note(N_("This login belongs to somebody else. Choose another one or leave the cell empty."), {}, "login")
        )
    key = person.list_key or ""
    if row.list_id and key.startswith("#") and key != row.key:
        text = N_("This person is already known by the number %(number)s. Write that one or leave the cell empty.")
        problems.append(Note(text, {"number": key[1:]}, "id"))
    return person


def _by_name(row: Row, known: Known, problems: list[Note]) -> UUID | None:
    """Somebody with a number of their own is meant by that number alone."""
    found = known.by_key.get(row.name_key)
    namesakes = known.by_name.get((plain(row.name), row.cohort), set())
    if found is not None or not namesakes:
        return found
    unnumbered = {one for one in namesakes if not (known.people[one].list_key or "").startswith("#")}
    if row.list_id and not unnumbered:
        return None
    if len(unnumbered) > 1 or (not row.list_id and unnumbered != namesakes):
        text = N_("Somebody of this name is in the cohort already. Say by the column id or login who is meant.")
        problems.append(Note(text, {}, "name"))
        return None
    return next(iter(unnumbered))


def _meet(row: Row, person: Person | None, met: dict[str, int], problems: list[Note]) -> None:
    """The same person twice in one list is a mistake of the list."""
    marks = [f"key {row.key}", *([f"login {row.login}"] if row.login else []), *([f"is {person.id}"] if person else [])]
    first = next((met[mark] for mark in marks if mark in met), None)
    if first is not None:
        text = N_("The same person as in line %(line)s. Namesakes need different numbers in the column id.")
        problems.append(Note(text, {"line": first}, "name"))
    for mark in marks:
        met.setdefault(mark, row.line)


def _changes(row: Row, person: Person | None, known: Known) -> Iterable[Note]:
    """Sentences, empty for somebody about whom the list says nothing new."""
    person_id = person.id if person is not None else None
    if person is not None and person.display_name != row.name:
        yield Note(N_("name: %(old)s → %(new)s"), {"old": person.display_name, "new": row.name})
    if person is not None and row.list_id and person.list_key != row.key:
        yield Note(N_("number: %(number)s"), {"number": row.list_id})
    if row.login and (person_id is None or person_id not in known.logins):
        yield Note(N_("login: %(login)s"), {"login": row.login})
    if row.role is not Role.TUTOR and (person_id is None or (person_id, row.role) not in known.roles):
        yield Note(N_("role: %(role)s"), {"role": TITLES[row.role]})
    if row.cohort and (person_id is None or (person_id, row.cohort) not in known.stages):
        yield Note(N_("cohort: %(cohort)s"), {"cohort": row.cohort})
    if row.stage and (person_id is None or known.stages.get((person_id, row.cohort)) != row.stage):
        yield Note(N_("stage: %(stage)s"), {"stage": row.stage})
    yield from _group_changes(row, person_id, known)
    if row.locale and (person is None or person.locale != row.locale):
        yield Note(N_("language: %(locale)s"), {"locale": row.locale})


def _group_changes(row: Row, person_id: UUID | None, known: Known) -> Iterable[Note]:
    if row.role is Role.TUTOR:
        for title in row.groups:
            if person_id is None or (person_id, title) not in known.tutors:
                yield Note(N_("tutor of the group %(group)s"), {"group": title})
    elif row.groups and (person_id is None or known.groups.get(person_id, set()) != set(row.groups)):
        yield Note(N_("group: %(group)s"), {"group": ", ".join(row.groups)})
