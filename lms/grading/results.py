"""The result of one grade cell as pages show it and a release keeps it. Pure, but for the type of its column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


@dataclass(frozen=True, slots=True)
class CellResult:
    """One grade cell. `score` is None while a person has to judge it; `title` is its heading by language, "" for all.

    `message` is what a test said, `comment` what the tutor `judged_by` wrote.
    """

    name: str
    title: Mapping[str, str]
    score: Decimal | None
    max_score: Decimal
    is_manual: bool
    message: str | None
    comment: str | None
    judged_by: UUID | None

    @property
    def points(self) -> tuple[str, Decimal | None, Decimal]:
        """What two gradings are compared by: a message may hold an address in memory, which differs every time."""
        return self.name, self.score, self.max_score


class CellResults(TypeDecorator[tuple[CellResult, ...]]):
    """Cell results as JSON, points as text."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Iterable[CellResult] | None, dialect: Dialect) -> list[dict[str, Any]] | None:
        return None if value is None else [_encoded(cell) for cell in value]

    def process_result_value(self, value: list[dict[str, Any]] | None, dialect: Dialect) -> tuple[CellResult, ...]:
        return tuple(_decoded(cell) for cell in value or ())


def _encoded(cell: CellResult) -> dict[str, Any]:
    return {
        "name": cell.name,
        "title": dict(cell.title),
        "score": None if cell.score is None else str(cell.score),
        "max_score": str(cell.max_score),
        "is_manual": cell.is_manual,
        "message": cell.message,
        "comment": cell.comment,
        "judged_by": cell.judged_by.hex if cell.judged_by else None,
    }


def _decoded(cell: Mapping[str, Any]) -> CellResult:
    return CellResult(
        name=cell["name"],
        title=cell["title"],
        score=None if cell["score"] is None else Decimal(cell["score"]),
        max_score=Decimal(cell["max_score"]),
        is_manual=cell["is_manual"],
        message=cell["message"],
        comment=cell["comment"],
        judged_by=UUID(cell["judged_by"]) if cell["judged_by"] else None,
    )
