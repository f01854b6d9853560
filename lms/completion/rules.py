"""What completes a course: a rule as frozen values, read from course.toml's [completion] or a run's contract.

    all = [rules] | any = [rules] | count = k, of = [rules] | activity = "step" (at_least = share 0..1) | by_person = "criterion"

Any of them may carry `before = <moment with zone>`: only what happened earlier counts for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from lms.courses.kinds import did_you_mean

DEPTH = 8


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part at least."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class CountOf:
    """`count` parts at least, 1 <= count <= len(parts)."""

    count: int
    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """A step is done; with `at_least` (0..1) its latest score is that share of its points or more."""

    step: str
    at_least: Fraction | None = None


@dataclass(frozen=True, slots=True)
class ByPerson:
    """A person confirmed a criterion of this name."""

    criterion: str


@dataclass(frozen=True, slots=True)
class Before:
    """`part` was fulfilled by what happened before a moment."""

    until: datetime
    part: "Rule"


Rule = AllOf | AnyOf | CountOf | Activity | ByPerson | Before


class BrokenRule(ValueError):
    """The table is no rule. `field` says where in it (`all[2].at_least`, numbers from 1); the text says the cure."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def parse(table: Mapping[str, Any]) -> Rule:
    """The rule of a table whose decimals and moments are strings. Raises BrokenRule at the first mistake."""
    return _parse(table, "", 0)


def leaves(rule: Rule) -> Iterator[Activity | ByPerson]:
    """What the rule asks of a person, from left to right."""
    match rule:
        case Activity() | ByPerson():
            yield rule
        case Before(_, part):
            yield from leaves(part)
        case AllOf(parts) | AnyOf(parts) | CountOf(_, parts):
            for part in parts:
                yield from leaves(part)


def has_dates(rule: Rule) -> bool:
    """Whether time alone can change what the rule says."""
    match rule:
        case Before():
            return True
        case AllOf(parts) | AnyOf(parts) | CountOf(_, parts):
            return any(map(has_dates, parts))
        case _:
            return False


def _parse(table: object, place: str, depth: int) -> Rule:
    if not isinstance(table, Mapping):
        raise BrokenRule(place, 'A rule is a table, for example { activity = "population", at_least = 0.6 }')
    if depth > DEPTH:
        raise BrokenRule(place, f"Rules are nested more than {DEPTH} deep. Say it more simply")
    if "before" in table:
        rest = {key: value for key, value in table.items() if key != "before"}
        return Before(_moment(table["before"], _inside(place, "before")), _parse(rest, place, depth + 1))
    head = next((key for key in _READERS if key in table), None)
    if head is None:
        given = next(iter(table), "")
        cure = did_you_mean(given, _FIELDS) if given else f"Say one of: {', '.join(_READERS)}."
        raise BrokenRule(_inside(place, given) if given else place, f"This is no rule. {cure}".rstrip("."))
    for key in table:
        if key not in _READERS[head][0]:
            cure = (
                did_you_mean(key, _FIELDS).rstrip(".") if key not in _FIELDS else "Put the other into a rule of its own"
            )
            raise BrokenRule(_inside(place, key), f"{key!r} does not go with {head!r}. {cure}")
    return _READERS[head][1](table, place, depth)


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _parts(table: Mapping[str, Any], key: str, place: str, depth: int) -> tuple[Rule, ...]:
    listed = table.get(key)
    here = _inside(place, key)
    if not isinstance(listed, list | tuple) or not listed:
        raise BrokenRule(here, 'Give a list of rules, for example [{ activity = "population" }]')
    return tuple(_parse(part, f"{here}[{number}]", depth + 1) for number, part in enumerate(listed, 1))


def _count(table: Mapping[str, Any], place: str, depth: int) -> Rule:
    parts = _parts(table, "of", place, depth)
    count = table.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= len(parts):
        raise BrokenRule(_inside(place, "count"), f"Give a whole number from 1 to {len(parts)}, as many as `of` has")
    return CountOf(count, parts)


def _activity(table: Mapping[str, Any], place: str, _depth: int) -> Rule:
    share = table.get("at_least")
    return Activity(
        _name(table, "activity", place), None if share is None else _share(share, _inside(place, "at_least"))
    )


def _by_person(table: Mapping[str, Any], place: str, _depth: int) -> Rule:
    return ByPerson(_name(table, "by_person", place))


def _name(table: Mapping[str, Any], key: str, place: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value:
        raise BrokenRule(_inside(place, key), f'Give a name in quotes, for example {key} = "population"')
    return value


def _share(value: object, place: str) -> Fraction:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal(-1)
    if isinstance(value, bool) or not number.is_finite() or not 0 <= number <= 1:
        raise BrokenRule(place, "Give a share from 0 to 1, for example at_least = 0.6")
    return Fraction(number)


def _moment(value: object, place: str) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BrokenRule(place, "Give a moment with its zone, for example before = 2027-05-31T23:59:00+05:00")
    return moment


_Reader = Callable[[Mapping[str, Any], str, int], Rule]
_READERS: Mapping[str, tuple[frozenset[str], _Reader]] = {
    "all": (frozenset({"all"}), lambda table, place, depth: AllOf(_parts(table, "all", place, depth))),
    "any": (frozenset({"any"}), lambda table, place, depth: AnyOf(_parts(table, "any", place, depth))),
    "of": (frozenset({"of", "count"}), _count),
    "count": (frozenset({"of", "count"}), _count),
    "activity": (frozenset({"activity", "at_least"}), _activity),
    "by_person": (frozenset({"by_person"}), _by_person),
}
_FIELDS: Iterable[str] = ("all", "any", "count", "of", "activity", "at_least", "by_person", "before")
