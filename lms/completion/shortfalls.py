"""A step that was done and is not enough for the course: the words for it, wherever it is shown."""

from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.completion.needs import Needs


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`asked`: the share (0..1) of its points that the course asks for; `can_help`: whether doing it better still helps.

    `tries_left`: how often it may still be tried; None: as often as one likes.
    """

    asked: Fraction | None
    can_help: bool
    tries_left: int | None

    @property
    def label(self) -> str:
        """Other words for the state "done"."""
        return str(_("Not enough points yet") if self.can_help else _("Does not count"))

    @property
    def advice(self) -> str:
        """What is missing, and what to do about it."""
        if not self.can_help:
            return str(_("The day until which this counts is over. Talk to your tutor."))
        share = percent(self.asked or Fraction(0))
        if self.tries_left == 0:
            return str(_("%(share)s %% is needed, and all attempts are used. Talk to your tutor.", share=share))
        if self.tries_left is None:
            return str(_("%(share)s %% is needed: try again", share=share))
        again = ngettext("%(num)s attempt left", "%(num)s attempts left", self.tries_left)
        return str(_("%(share)s %% is needed: try again, %(left)s", share=share, left=again))


def find_shortfall(needs: Needs, step_id: str, *, tries_left: int | None) -> Shortfall | None:
    """Of a step that was done; None where it is enough."""
    if step_id not in needs.short:
        return None
    return Shortfall(needs.short[step_id], step_id in needs.open, tries_left)


def percent(share: Fraction) -> int:
    """Whole per cent, rounded down: 59.9 is not 60."""
    return int(share * 100)
