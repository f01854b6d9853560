"""Pages of a list: no query without a bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")
PER_PAGE = 30
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `page` counts from 1, `pages` is at least 1."""

    items: Sequence[T]
    page: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    def url(self, number: int) -> str:
        """The address of another page of this list, with the filters kept. The query is a stranger's: it never
        reaches `url_for`, whose own options (`_method`, `_external`, `endpoint`) could be in it.
        """
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
        return f"{quote(request.path)}?{urlencode([*kept, ('page', number)])}"


def page_number() -> int:
    """`?page=` of this request, bounded; nonsense is page 1."""
    asked = request.args.get("page", 1, type=int)
    return min(max(asked, 1), LAST_PAGE)


def paginate(session: Session, query: Select[Any], page: int, per_page: int = PER_PAGE) -> Page[Any]:
    """Two queries: the count and the page."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    items = session.scalars(query.limit(per_page).offset((page - 1) * per_page)).unique().all()
    return Page(items, page, per_page, total)
