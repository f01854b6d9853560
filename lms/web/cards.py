"""Cards of the start page that rooms and plugins contribute."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.registries import ByName
from lms.web.access import SIGNED_IN, Visitor


@dataclass(frozen=True, slots=True)
class Card:
    """`template` is rendered with what `context` returns; None hides the card for this visitor."""

    name: str
    template: str
    order: int
    context: Callable[[Session, Visitor], Mapping[str, object] | None]
    needs: str = SIGNED_IN


class Cards(ByName[Card]):
    """Every card."""
