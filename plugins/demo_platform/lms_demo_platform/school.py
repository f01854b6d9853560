"""The school's people and its one course. Invented; the city is real."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _

CONTEXT_ID, CONTEXT_TITLE = "9b-projects", "9 «Б»"


class Way(StrEnum):
    """By which version a link launches the tool."""

    LTI_1_3 = "LTI 1.3"
    LTI_1_1 = "LTI 1.1"


@dataclass(frozen=True, slots=True)
class SchoolPerson:
    """`id` is what the tool sees as the subject: opaque and stable."""

    id: str
    given_name: str
    family_name: str
    is_teacher: bool = False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        return self.given_name[0] + self.family_name[0]


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the course to the tool; the gradebook has a column for each."""

    id: str
    title: str
    about: str
    custom: Mapping[str, str]
    """What the tool is told at each click."""
    way: Way
    maximum: int = 100


PEOPLE = (
    SchoolPerson("7-9b-1f3c", "Анна", "Соколова"),
    SchoolPerson("7-9b-27d0", "Тимур", "Галиев"),
    SchoolPerson("7-9b-3e81", "Дарья", "Вяткина"),
    SchoolPerson("7-9b-4a55", "Матвей", "Чусовитин"),
    SchoolPerson("7-t-0c19", "Ольга", "Белова", is_teacher=True),
)

LINKS = (
    Link(
        "data",
        _("Data for everyone"),
        _("Lessons and notebooks about Perm Krai in numbers."),
        {"course": "data-for-everyone"},
        Way.LTI_1_3,
    ),
    Link(
        "money",
        _("Money and risk"),
        _("An elective: savings, credit and chance."),
        {"course": "money-and-risk"},
        Way.LTI_1_3,
    ),
    Link(
        "data-lab",
        _("Data for everyone: the computer room"),
        _("The same course through the school's older connection."),
        {"course": "data-for-everyone"},
        Way.LTI_1_1,
    ),
)


def find_person(person_id: str) -> SchoolPerson | None:
    return next((person for person in PEOPLE if person.id == person_id), None)


def list_pupils() -> list[SchoolPerson]:
    return [person for person in PEOPLE if not person.is_teacher]
