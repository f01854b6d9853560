"""What notices there may be: registered by the rooms and plugins that send them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.registries import ByName

Params = Mapping[str, str]
Words = Callable[[Session, Sequence[Params], str], Sequence[Params]]
"""(session, params of several notices, locale) -> the words for each, in the same order, in a bounded number of queries."""


def as_they_are(_session: Session, params: Sequence[Params], _locale: str) -> Sequence[Params]:
    """For kinds whose text names nothing that would have to be looked up."""
    return params


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """`name` is `room.event`; `text` a message id with `%(name)s` places, filled with what `words` makes of the params."""

    name: str
    icon: str
    text: str
    words: Words = as_they_are


class NoticeKinds(ByName[NoticeKind]):
    """Every kind."""
