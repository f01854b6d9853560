"""What a person's score of a course is, as one share for a platform's column. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class WeightedStep:
    """A step of the course with its weight by the run's contract."""

    id: str
    kind: str
    weight: Decimal


def latest_shares(scored: Iterable[Mapping[str, object]]) -> dict[str, Decimal]:
    """Of the values of `activity.scored`: by step, the share (0..1) of the newest generation."""
    newest: dict[str, Mapping[str, object]] = {}
    for value in scored:
        known = newest.get(str(value["step"]))
        if known is None or int(str(value["generation"])) > int(str(known["generation"])):
            newest[str(value["step"])] = value
    return {step: _share(value) for step, value in newest.items()}


def course_share(shares: Mapping[str, Decimal], steps: Iterable[WeightedStep]) -> Decimal | None:
    """The weighted share (0..1, four places) of the course; None before anything in it was scored.

    A kind of step either gives scores or does not, and which do is seen from what has a score already: all steps of
    those kinds count, those without a score yet as nothing. So reading a lesson moves no score, and a pupil who has
    done one of two assignments sees half.
    """
    listed = list(steps)
    kinds = {step.kind for step in listed if step.id in shares}
    counted = [step for step in listed if step.kind in kinds]
    total = sum((step.weight for step in counted), Decimal(0))
    if not counted:
        return None
    reached = sum((shares.get(step.id, Decimal(0)) * step.weight for step in counted), Decimal(0))
    return (reached / total).quantize(Decimal("0.0001")) if total else Decimal(0)


def _share(value: Mapping[str, object]) -> Decimal:
    maximum = Decimal(str(value["max"]))
    return min(max(Decimal(str(value["score"])) / maximum, Decimal(0)), Decimal(1)) if maximum > 0 else Decimal(0)
