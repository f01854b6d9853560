"""Where an attempt stands, and what its points come to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class AttemptState(StrEnum):
    """QUEUED -> RELEASED (nothing for a person to judge) | NEEDS_PERSON | REFUSED | FAILED; NEEDS_PERSON -> RELEASED."""

    QUEUED = "queued"
    NEEDS_PERSON = "needs_person"
    REFUSED = "refused"
    FAILED = "failed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class CellPoints:
    """What one grade cell brings: `given` is None while a person has to judge it."""

    given: Decimal | None
    maximum: Decimal


def total(cells: Iterable[CellPoints]) -> tuple[Decimal, Decimal, bool]:
    """(points so far, points there are, whether a person still has to judge something)."""
    score, maximum, waits = Decimal(0), Decimal(0), False
    for cell in cells:
        maximum += cell.maximum
        score += cell.given or 0
        waits = waits or cell.given is None
    return score, maximum, waits


def best(attempts: Iterable[tuple[str, Decimal]], notebooks: Mapping[str, str]) -> tuple[Decimal, Decimal]:
    """(score, maximum) of an assignment from (notebook, points) of its released attempts.

    The best attempt at each notebook counts, so that trying once more is never a risk. `notebooks` maps every notebook
    of the assignment to its points.
    """
    top: dict[str, Decimal] = {}
    for notebook, score in attempts:
        top[notebook] = max(score, top.get(notebook, score))
    return sum(top.values(), Decimal(0)), sum(map(Decimal, notebooks.values()), Decimal(0))
