"""From a rule and facts to a verdict. Pure: the same rule, facts and moment always come to the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from lms.completion.rules import Activity, AllOf, AnyOf, Before, ByPerson, CountOf, Rule

PROGRESS_STEPS = 1000
FULL = Fraction(1)


class Status(StrEnum):
    """FAILED: whatever happens from now on cannot fulfil the rule any more."""

    DONE = "done"
    OPEN = "open"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact as rules see it: a step done (`step`) or a criterion confirmed (`criterion`).

    `share` is score by maximum, 0..1 (more with extra credit); 1 for what is just done. Among several of one step the
    highest (`generation`, `at`, `fact_id`) counts.
    """

    fact_id: UUID
    at: datetime
    step: str | None = None
    criterion: str | None = None
    share: Fraction = Fraction(1)
    generation: int = 0
    is_scored: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """How a part of the rule stands. `code`: all, any, count, activity, by_person.

    `name` is the step or criterion, `share` what was reached (None: nothing yet), `at_least` what is asked for, `count`
    how many of `parts` are needed, `until` the moment before which it has to happen, `at` when a criterion was confirmed.
    """

    code: str
    status: Status
    name: str = ""
    at_least: Fraction | None = None
    share: Fraction | None = None
    count: int = 0
    until: datetime | None = None
    parts: tuple["Reason", ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`progress` is 0..1 in steps of 0.001, rounded down: 1 only when done. `used` are the facts that it rests on."""

    status: Status
    progress: Decimal
    reason: Reason
    used: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Part:
    """A verdict before it is rounded."""

    reason: Reason
    progress: Fraction
    used: frozenset[UUID]

    @property
    def status(self) -> Status:
        return self.reason.status


def evaluate(rule: Rule, facts: Iterable[Evidence], now: datetime) -> Verdict:
    """How a person stands with a rule. The order of `facts` and repetitions among them change nothing."""
    part = _evaluate(rule, tuple({fact.fact_id: fact for fact in facts}.values()), now, None)
    is_done = part.status is Status.DONE
    progress = Decimal(1) if is_done else Decimal(int(part.progress * PROGRESS_STEPS)) / PROGRESS_STEPS
    return Verdict(part.status, progress, part.reason, part.used)


def latest(facts: Iterable[Evidence]) -> dict[str, Evidence]:
    """The evidence that counts, by step."""
    found: dict[str, Evidence] = {}
    for fact in sorted(facts, key=_order):
        if fact.step is not None:
            found[fact.step] = fact
    return found


def scored_shares(facts: Iterable[Evidence]) -> dict[str, Fraction]:
    """By step, the share (0..1) of its points that the score which counts has reached.

    What is better than full marks counts as full: extra credit in one step makes up for no other.
    """
    return {step: max(Fraction(0), min(fact.share, FULL)) for step, fact in latest(facts).items() if fact.is_scored}


def course_score(weights: Mapping[str, Decimal], shares: Mapping[str, Fraction]) -> Fraction | None:
    """The course's score so far, 0..1: the weighted mean over every step of `weights`, one without a score as zero.

    It grows step by step and is full when all of the course is. None before any step with a weight has a score.
    """
    counted = {step: Fraction(weight) for step, weight in weights.items() if weight}
    if counted.keys().isdisjoint(shares):
        return None
    return sum((weight * shares.get(step, 0) for step, weight in counted.items()), Fraction(0)) / sum(counted.values())


def graded_score(weights: Mapping[str, Decimal], shares: Mapping[str, Fraction]) -> Fraction | None:
    """The same over the steps alone that have a score: how good the work is that was graded, 0..1."""
    return course_score({step: weight for step, weight in weights.items() if step in shares}, shares)


def four_places(share: Fraction) -> Decimal:
    """A share as facts and platforms are told it."""
    return (Decimal(share.numerator) / share.denominator).quantize(Decimal("0.0001"))


def _order(fact: Evidence) -> tuple[int, datetime, UUID]:
    return fact.generation, fact.at, fact.fact_id


def _evaluate(rule: Rule, facts: tuple[Evidence, ...], now: datetime, until: datetime | None) -> _Part:
    match rule:
        case Before(moment, part):
            earliest = moment if until is None else min(moment, until)
            return _evaluate(part, tuple(fact for fact in facts if fact.at < moment), now, earliest)
        case Activity(step, at_least):
            return _activity(step, at_least, facts, now, until)
        case ByPerson(criterion):
            found = [fact for fact in facts if fact.criterion == criterion]
            at = min((fact.at for fact in found), default=None)
            reason = Reason("by_person", _status(bool(found), now, until), criterion, until=until, at=at)
            return _Part(reason, Fraction(bool(found)), frozenset(fact.fact_id for fact in found))
        case AllOf(parts):
            return _several("all", len(parts), [_evaluate(part, facts, now, until) for part in parts], until)
        case AnyOf(parts):
            return _several("any", 1, [_evaluate(part, facts, now, until) for part in parts], until)
        case CountOf(count, parts):
            return _several("count", count, [_evaluate(part, facts, now, until) for part in parts], until)


def _activity(
    step: str, at_least: Fraction | None, facts: tuple[Evidence, ...], now: datetime, until: datetime | None
) -> _Part:
    fact = latest(fact for fact in facts if fact.step == step).get(step)
    if fact is None:
        return _Part(
            Reason("activity", _status(False, now, until), step, at_least, until=until), Fraction(0), frozenset()
        )
    is_met = at_least is None or fact.share >= at_least
    reason = Reason("activity", _status(is_met, now, until), step, at_least, fact.share, until=until)
    progress = Fraction(1) if is_met or not at_least else max(Fraction(0), fact.share / at_least)
    return _Part(reason, progress, frozenset({fact.fact_id}))


def _several(code: str, needed: int, parts: list[_Part], until: datetime | None) -> _Part:
    """`needed` of the parts; the best ones make the progress."""
    done = sum(part.status is Status.DONE for part in parts)
    possible = sum(part.status is not Status.FAILED for part in parts)
    status = Status.DONE if done >= needed else (Status.OPEN if possible >= needed else Status.FAILED)
    best = sorted((part.progress for part in parts), reverse=True)[:needed]
    reason = Reason(code, status, count=needed, until=until, parts=tuple(part.reason for part in parts))
    counted = [part for part in parts if part.status is Status.DONE] if status is Status.DONE else parts
    return _Part(reason, sum(best, Fraction(0)) / needed, frozenset().union(*(part.used for part in counted)))


def _status(is_met: bool, now: datetime, until: datetime | None) -> Status:  # noqa: FBT001 - a plain answer
    if is_met:
        return Status.DONE
    return Status.FAILED if until is not None and now >= until else Status.OPEN
