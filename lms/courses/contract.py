"""The contract of a run: what was promised to those who take it. Content follows the folder, the contract does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lms.courses.content import CourseContent
from lms.courses.kinds import Step
from lms.courses.periods import last_moment

Contract = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the pinned contract and the folder; None: it is not there."""

    field: str
    pinned: object
    proposed: object


def make_contract(content: CourseContent, zone: str) -> dict[str, Any]:
    """What a run pins: the completion rule, weights and days of every step, the steps that the rule names, and which
    of those give scores.

    `zone` is where deadlines are at the end of the day.
    """
    required = sorted(set(named_steps(content.completion)))
    scored = {step.id for step in content.steps if step.is_scored}
    return {
        "completion": dict(content.completion),
        "weights": {step.id: str(step.weight) for step in content.steps},
        "due_days": {step.id: step.due_days for step in content.steps if step.due_days is not None},
        "required": required,
        "scored": [step_id for step_id in required if step_id in scored],
        "zone": zone,
    }


def named_steps(rule: Any) -> Iterator[str]:
    """The ids under `activity`, wherever in the rule they stand."""
    return _named(rule, "activity")


def named_criteria(rule: Any) -> Iterator[str]:
    """The ids under `by_person`, wherever in the rule they stand."""
    return _named(rule, "by_person")


def _named(rule: Any, key: str) -> Iterator[str]:
    if isinstance(rule, Mapping):
        for name, value in rule.items():
            if name == key and isinstance(value, str):
                yield value
            else:
                yield from _named(value, key)
    elif isinstance(rule, list):
        for part in rule:
            yield from _named(part, key)


def compare(pinned: Contract, proposed: Contract) -> list[Change]:
    """What would change, in the order in which a person reads a contract. New steps without a due day are no change."""
    changes = []
    if pinned["completion"] != proposed["completion"]:
        changes.append(Change("completion", pinned["completion"], proposed["completion"]))
    for name, default in (("weights", "1"), ("due_days", None)):
        before, after = pinned[name], proposed[name]
        changes += [
            Change(f"{name}.{step}", before.get(step, default), after.get(step, default))
            for step in sorted({*before, *after})
            if before.get(step, default) != after.get(step, default)
        ]
    return changes


def lost_steps(pinned: Contract, content: CourseContent) -> list[str]:
    """Steps that the contract requires and the content no longer has."""
    return [step_id for step_id in pinned["required"] if content.find_step(step_id) is None]


def lost_criteria(pinned: Contract, content: CourseContent) -> list[str]:
    """Criteria that the contract asks for and the content no longer has words for."""
    asked = sorted(set(named_criteria(pinned["completion"])))
    return [criterion_id for criterion_id in asked if content.find_criterion(criterion_id) is None]


def counted_weights(contract: Contract) -> dict[str, Decimal]:
    """The steps that make the course's score, those that give scores and that the rule names, with their weights."""
    return {step_id: Decimal(contract["weights"].get(step_id, "1")) for step_id in contract["scored"]}


def due_at(contract: Contract, starts_at: datetime, step: Step) -> datetime | None:
    """The end of the day (23:59 in the contract's zone) that is `due_days` after the day of the start.

    `starts_at` is the run's start or, for a person who joined after it, that moment.
    """
    days = contract["due_days"].get(step.id)
    if days is None:
        return None
    zone = str(contract["zone"])
    return last_moment(starts_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days), zone)
