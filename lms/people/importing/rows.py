"""Cells become a row that says what it wants, or what is wrong with it. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lms.errors import N_
from lms.people.actor import Role
from lms.people.importing.columns import LOCALES, ROLES
from lms.people.importing.table import Cells
from lms.people.names import plain, tidy

CODE_LENGTH = 40
MOST_GROUPS = 20
_LOGIN = re.compile(r"[^\s/]{2,80}")
_ID = re.compile(r"\S{1,80}")


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a row: a message id with its values; `column` is where it is wrong, empty for what will change."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    column: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What one line of the list says. Empty text: the list says nothing about it."""

    line: int
    name: str
    list_id: str = ""
    login: str = ""
    role: Role = Role.PARTICIPANT
    cohort: str = ""
    stage: str = ""
    groups: tuple[str, ...] = ()
    locale: str = ""
    problems: tuple[Note, ...] = ()

    @property
    def key(self) -> str:
        """What the list knows this person by."""
        return f"#{self.list_id}" if self.list_id else self.name_key

    @property
    def name_key(self) -> str:
        """The key of somebody without an id."""
        return f"{plain(self.name)}|{self.cohort}"


def read_row(cells: Cells) -> Row:
    """Never raises: what is wrong is in `problems`, all of it at once."""
    values = cells.values
    role = ROLES.get(plain(values.get("role", "participant")))
    row = Row(
        line=cells.line,
        name=tidy(values.get("name", "")),
        list_id=values.get("id", ""),
        login=tidy(values.get("login", "")).casefold(),
        role=role or Role.PARTICIPANT,
        cohort=tidy(values.get("cohort", "")),
        stage=tidy(values.get("stage", "")),
        groups=tuple(
            dict.fromkeys(title for part in values.get("tutor_group", "").split("|") if (title := tidy(part)))
        ),
        locale=LOCALES.get(plain(values.get("locale", "")), ""),
    )
    problems = [*_wrong_words(cells, row, role), *_wrong_texts(row), *_wrong_groups(role, row.groups)]
    return replace(row, problems=tuple(problems))


def _wrong_words(cells: Cells, row: Row, role: Role | None) -> Iterator[Note]:
    """Cells that must hold one of several words."""
    if cells.surplus:
        yield Note(N_("There are more cells than headings. A comma inside a cell needs quotation marks around it."))
    if role is None:
        text = N_("“%(value)s” is no role. Write participant, tutor, mentor, host, teacher or admin.")
        yield Note(text, {"value": cells.values["role"][:80]}, "role")
    if "locale" in cells.values and not row.locale:
        text = N_("“%(value)s” is no language here. Write ru or en.")
        yield Note(text, {"value": cells.values["locale"][:80]}, "locale")


def _wrong_texts(row: Row) -> Iterator[Note]:
    if not row.name:
        yield Note(N_("The name is missing. Fill in the cell or delete the line."), {}, "name")
    if row.list_id and not _ID.fullmatch(row.list_id):
        yield Note(
            N_("A number has at most 80 characters and no spaces. Shorten it or leave the cell empty."), {}, "id"
        )
    if row.login and not _LOGIN.fullmatch(row.login):
        yield Note(
            N_("A login has 2 to 80 characters, without spaces and slashes. Correct it or leave the cell empty."),
            {},
            "login",
        )
    for column, value in (("cohort", row.cohort), ("stage", row.stage)):
        if len(value) > CODE_LENGTH:
            yield Note(N_("This is too long. Shorten it to %(most)s characters."), {"most": CODE_LENGTH}, column)
    if row.stage and not row.cohort:
        yield Note(N_("A stage belongs to a cohort. Fill in the cohort too."), {}, "stage")


def _wrong_groups(role: Role | None, groups: tuple[str, ...]) -> Iterator[Note]:
    if role is Role.TUTOR and not groups:
        yield Note(
            N_("A tutor accompanies a group. Name it, or give the role on the person's page."), {}, "tutor_group"
        )
    if groups and role not in {Role.TUTOR, Role.PARTICIPANT, None}:
        yield Note(N_("Only participants and tutors have tutor groups. Leave the cell empty."), {}, "tutor_group")
    if len(groups) > MOST_GROUPS:
        yield Note(N_("These are too many groups. Leave at most %(most)s."), {"most": MOST_GROUPS}, "tutor_group")
