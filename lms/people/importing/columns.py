"""The columns of a list and the words for them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.errors import N_
from lms.people.actor import Role
from lms.people.names import plain


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the first of its `words`, all in the form of `plain()`, the second is Russian; `meaning` is a message id."""

    name: str
    words: tuple[str, ...]
    meaning: str
    required: bool = False


NAME = "name"
"""The one column that a list must have."""
COLUMNS = (
    Column(NAME, ("name", "имя", "фио", "full name", "участник"), N_("First and last name"), required=True),
    Column(
        "id",
        ("id", "номер", "код", "ид"),
        N_("The person's own number in your list. With it a changed name is taken over, and namesakes are no problem."),
    ),
    Column("login", ("login", "логин"), N_("The login; the password is chosen by one-use link.")),
    Column(
        "role",
        ("role", "роль"),
        N_("participant (if empty), tutor, mentor, host, teacher, admin. Roles are given, never taken away."),
    ),
    Column("cohort", ("cohort", "поток", "набор"), N_("The year's intake, e.g. 2026; made if it is new.")),
    Column("stage", ("stage", "этап"), N_("The stage within the cohort.")),
    Column(
        "tutor_group",
        ("tutor_group", "группа", "tutor group", "group", "тьюторская группа"),
        N_("The participant's group, or the groups of a tutor, divided by |; made if it is new."),
    ),
    Column("locale", ("locale", "язык", "language"), N_("ru or en")),
)

ROLES: dict[str, Role] = {
    "participant": Role.PARTICIPANT,
    "участник": Role.PARTICIPANT,
    "участница": Role.PARTICIPANT,
    "tutor": Role.TUTOR,
    "тьютор": Role.TUTOR,
    "mentor": Role.MENTOR,
    "наставник": Role.MENTOR,
    "host": Role.HOST,
    "ведущий": Role.HOST,
    "teacher": Role.TEACHER,
    "преподаватель": Role.TEACHER,
    "учитель": Role.TEACHER,
    "admin": Role.ADMIN,
    "administrator": Role.ADMIN,
    "администратор": Role.ADMIN,
}

LOCALES = {"ru": "ru", "russian": "ru", "русский": "ru", "en": "en", "english": "en", "английский": "en"}

BY_WORD = {plain(word): column.name for column in COLUMNS for word in column.words}


def word_for(column: str, headings: Mapping[str, str], locale: str) -> str:
    """What to call a column: as the file does, else in the reader's language."""
    (words,) = (one.words for one in COLUMNS if one.name == column)
    return headings.get(column) or words[1 if locale == "ru" else 0]


def find_column(heading: str) -> str | None:
    """The column that a heading means, in either language; dots and underscores don't matter."""
    word = plain(heading).replace(".", "").replace("_", " ").strip()
    return BY_WORD.get(word) or BY_WORD.get(word.replace(" ", "_")) or BY_WORD.get(word.replace(" ", ""))
