"""Which skills a set of entries shows. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SkillView:
    """A skill with how often it was shown and in how many hours of study."""

    id: str
    title: Mapping[str, str]
    times: int
    hours: int


def skills_shown(entries: Iterable[tuple[Sequence[Mapping[str, Any]], int]]) -> list[SkillView]:
    """From (skills, hours) of each entry: the skills, the most often shown first."""
    shown: dict[str, SkillView] = {}
    for skills, hours in entries:
        for skill in skills:
            before = shown.get(skill["id"], SkillView(skill["id"], skill["title"], 0, 0))
            shown[skill["id"]] = SkillView(before.id, before.title, before.times + 1, before.hours + hours)
    return sorted(shown.values(), key=lambda skill: (-skill.times, -skill.hours, skill.id))
