"""The check of [completion] that `course check` and `course sync` make."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.completion.rules import BrokenRule, parse
from lms.courses.kinds import Problem, Step, did_you_mean


def check_rule(table: Mapping[str, Any], steps: Sequence[Step]) -> list[Problem]:
    """The table is a rule, and the steps that it names are there."""
    try:
        parse(table)
    except BrokenRule as error:
        return [Problem("", error.field, f"{error}.")]
    known = {step.id for step in steps}
    return [
        Problem("", place, f"There is no step {name!r}. {did_you_mean(name, known)}")
        for place, name in _named(table, "")
        if name not in known
    ]


def _named(table: Any, place: str) -> Iterator[tuple[str, str]]:
    """Where which step is named."""
    if isinstance(table, Mapping):
        for key, value in table.items():
            inside = f"{place}.{key}" if place else key
            if key == "activity":
                yield inside, value
            else:
                yield from _named(value, inside)
    elif isinstance(table, list):
        for number, part in enumerate(table, 1):
            yield from _named(part, f"{place}[{number}]")
