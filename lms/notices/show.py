"""Rows become sentences: batch by batch, a kind at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms import registries
from lms.errors import N_
from lms.notices.kinds import NoticeKind, NoticeKinds
from lms.notices.models import Notice


class _Words(dict[str, str]):
    """A word that is missing must not break the whole inbox."""

    def __missing__(self, _name: str) -> str:
        return "…"


Translate = Callable[[str], str]
GONE = NoticeKind("notices.gone", "bell", N_("A part of the site that has been switched off wrote to you."))


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as the inbox shows it; `text` is in the reader's language."""

    id: UUID
    icon: str
    text: str
    url: str
    created_at: datetime
    is_read: bool


def lines(session: Session, rows: Sequence[Notice], *, locale: str, translate: Translate) -> list[Line]:
    """In the order given. A notice of a kind that is no longer there (its plugin is disabled) says so."""
    kinds = registries.of(session).get(NoticeKinds)
    by_kind: dict[str, list[Notice]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    made: dict[UUID, Line] = {}
    for name, group in by_kind.items():
        kind = kinds.find(name) or GONE
        words = kind.words(session, [row.params for row in group], locale)
        for row, params in zip(group, words, strict=True):
            text = translate(kind.text)
            made[row.id] = Line(
                id=row.id,
                icon=kind.icon,
                text=text % _Words(params) if "%(" in text else text,
                url=row.url,
                created_at=row.created_at,
                is_read=row.read_at is not None,
            )
    return [made[row.id] for row in rows]
