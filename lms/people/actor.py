"""Who acts, and what they may do where. Pure: handed to use cases as `by`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from lms.errors import Forbidden
from lms.registries import ByName


class Role(StrEnum):
    """What a person is in the programme."""

    PARTICIPANT = "participant"
    TUTOR = "tutor"
    MENTOR = "mentor"
    HOST = "host"
    TEACHER = "teacher"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Permission:
    """`room.verb`, what it allows in a sentence, and the roles that hold it."""

    name: str
    text: str
    roles: frozenset[Role]


class Permissions(ByName[Permission]):
    """The one table of permissions: rooms and plugins register theirs at start-up."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with what they may do. `allowed` maps a permission to scopes; None among them means everywhere."""

    person_id: UUID
    display_name: str = ""
    locale: str | None = None
    zone: str | None = None
    roles: frozenset[Role] = frozenset()
    allowed: Mapping[str, frozenset[UUID | None]] = field(default_factory=dict)
    session_id: UUID | None = None

    def may(self, permission: str, *scopes: UUID) -> bool:
        """Whether the permission covers one of the scopes; without scopes: whether it is held anywhere."""
        held = self.allowed.get(permission, frozenset())
        return bool(held) if not scopes else None in held or not held.isdisjoint(scopes)

    def must(self, permission: str, *scopes: UUID) -> None:
        """Raises Forbidden unless `may`."""
        if not self.may(permission, *scopes):
            raise Forbidden

    def scopes(self, permission: str) -> frozenset[UUID] | None:
        """The scopes that a permission covers, for a query's WHERE; None means everywhere."""
        held = self.allowed.get(permission, frozenset())
        return None if None in held else frozenset(scope for scope in held if scope is not None)


def allowed_by(
    permissions: Permissions, grants: Iterable[tuple[Role, UUID | None]]
) -> dict[str, frozenset[UUID | None]]:
    """What roles in scopes come to, permission by permission."""
    by_role: dict[Role, set[UUID | None]] = {}
    for role, scope in grants:
        by_role.setdefault(role, set()).add(scope)
    return {
        permission.name: frozenset(scope for role in permission.roles for scope in by_role.get(role, ()))
        for permission in permissions
        if not permission.roles.isdisjoint(by_role)
    }
