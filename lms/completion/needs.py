"""What still has to be done for a rule: which of its steps fall short, and which of those can still help. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from lms.completion.verdicts import Reason, Status


@dataclass(frozen=True, slots=True)
class Needs:
    """`short`: the steps whose part of the rule is neither met nor made up for by another part. Of these, `open` can
    still be met and bring the rule nearer to done; those that a date has ended or that lie in a lost part can't.

    The values are the shares (0..1) that are asked for, the highest where a rule names a step twice; None: to be done
    at all. `waits_for_person`: a criterion that helps has yet to be confirmed.
    """

    short: dict[str, Fraction | None]
    open: dict[str, Fraction | None]
    waits_for_person: bool


NOTHING = Needs({}, {}, waits_for_person=False)
"""Of a rule that is done, or for whoever takes no part."""


def needs_of(reason: Reason) -> Needs:
    """What the verdict's reason leaves to do."""
    missing = list(_missing(reason, is_lost=False))
    steps = [(part, is_lost) for part, is_lost in missing if part.code == "activity"]
    return Needs(
        short=_highest(part for part, _is_lost in steps),
        open=_highest(part for part, is_lost in steps if not is_lost),
        waits_for_person=any(part.code == "by_person" and not is_lost for part, is_lost in missing),
    )


def _missing(reason: Reason, *, is_lost: bool) -> Iterator[tuple[Reason, bool]]:
    """The leaves that are not done under parts that are not done; whether nothing there can help any more."""
    if reason.status is Status.DONE:
        return
    lost = is_lost or reason.status is Status.FAILED
    if not reason.parts:
        yield reason, lost
    for part in reason.parts:
        yield from _missing(part, is_lost=lost)


def _highest(parts: Iterator[Reason]) -> dict[str, Fraction | None]:
    found: dict[str, Fraction | None] = {}
    for part in parts:
        before = found.get(part.name)
        found[part.name] = part.at_least if before is None else max(before, part.at_least or before)
    return found
