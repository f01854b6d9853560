"""Pages of the administration: each room and plugin brings its own, the index shows those a visitor may open."""

from dataclasses import dataclass

from lms.registries import ByName
from lms.web.access import Visitor


@dataclass(frozen=True, slots=True)
class AdminPage:
    """`title` and `summary` are message ids; `endpoint` takes no arguments; `needs` is the permission that its view names."""

    name: str
    title: str
    summary: str
    endpoint: str
    icon: str
    order: int
    needs: str


class AdminPages(ByName[AdminPage]):
    """Every page."""

    def open_to(self, visitor: Visitor) -> list[AdminPage]:
        """Those that this visitor may open, in their order."""
        return sorted((page for page in self if visitor.may(page.needs)), key=lambda page: (page.order, page.name))
