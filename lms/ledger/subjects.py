"""How a fact's subject is shown. Facts hold no text; whoever keeps a copy of the text takes it when it reacts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.ledger.models import Fact
from lms.registries import ByName


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill that something develops; `title` by language."""

    id: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SubjectView:
    """Title by language, link, hours (of study), skills developed."""

    title: Mapping[str, str]
    url: str | None = None
    hours: int = 0
    skills: tuple[Skill, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """`name` is the part of a subject before the colon, e.g. `course` in `course:data-for-everyone`."""

    name: str
    view: Callable[[Session, Fact], SubjectView | None]


class SubjectKinds(ByName[SubjectKind]):
    """Who can tell what a subject is."""
