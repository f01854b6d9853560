"""The check of [completion] that `course check` and `course sync` make."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.completion.rules import BrokenRule, parse
from lms.courses.kinds import Criterion, Problem, Step, did_you_mean

_EXAMPLE = '[[criteria]] with id = "{id}" and title = {{ ru = "…", en = "…" }}'


def check_rule(table: Mapping[str, Any], steps: Sequence[Step], criteria: Sequence[Criterion]) -> list[Problem]:
    """The table is a rule, and the steps and criteria that it names are there."""
    try:
        parse(table)
    except BrokenRule as error:
        return [Problem("", error.field, f"{error}.")]
    known = {step.id for step in steps}
    worded = {criterion.id for criterion in criteria}
    no_step = [
        Problem("", place, f"There is no step {name!r}. {did_you_mean(name, known)}")
        for place, name in _named(table, "activity", "")
        if name not in known
    ]
    no_words = [
        Problem("", place, f"The criterion {name!r} has no title. {_words_for(name, worded)}")
        for place, name in _named(table, "by_person", "")
        if name not in worded
    ]
    return no_step + no_words


def _words_for(name: str, worded: set[str]) -> str:
    meant = did_you_mean(name, worded)
    return meant if meant.startswith("Did you mean") else f"Give it one: {_EXAMPLE.format(id=name)}"


def _named(table: Any, wanted: str, place: str) -> Iterator[tuple[str, str]]:
    """Where the key `wanted` names what."""
    if isinstance(table, Mapping):
        for key, value in table.items():
            inside = f"{place}.{key}" if place else key
            if key == wanted:
                yield inside, value
            else:
                yield from _named(value, wanted, inside)
    elif isinstance(table, list):
        for number, part in enumerate(table, 1):
            yield from _named(part, wanted, f"{place}[{number}]")
