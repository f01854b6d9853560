"""Typed registries: how a lower room learns what upper rooms and plugins contribute.

A room defines a registry class (`FactKinds`, `Permissions`, …); create_app() makes one `Registries`, every room and
plugin fills it at start-up, and a session carries it, so that a service finds it without Flask and without a global.
"""

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar, cast

from sqlalchemy.orm import Session

R = TypeVar("R")
_KEY = "lms.registries"


class Registries:
    """One instance of each registry class, made when first asked for."""

    def __init__(self) -> None:
        self._by_class: dict[type[object], object] = {}

    def get(self, kind: Callable[[], R]) -> R:
        """The registry of this class."""
        key = cast(type[object], kind)
        if key not in self._by_class:
            self._by_class[key] = kind()
        return cast(R, self._by_class[key])

    def put(self, instance: object) -> None:
        """Keep an object that needs arguments to be made; it is found by its class."""
        self._by_class[type(instance)] = instance

    def get_existing(self, kind: type[R]) -> R:
        """What `put` kept. Raises KeyError when nobody did."""
        return cast(R, self._by_class[kind])

    def bind(self, info: dict[object, object]) -> None:
        """Put these registries on a session's or sessionmaker's `info`."""
        info[_KEY] = self


def of(session: Session) -> Registries:
    """The registries that this session carries."""
    return cast(Registries, session.info[_KEY])


class Named(Protocol):
    """What a `ByName` registry keeps."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


class ByName(Generic[N]):
    """Things with unique names, in the order in which they came. Subclass it to make a registry of a room's own."""

    def __init__(self) -> None:
        self._items: dict[str, N] = {}

    def add(self, item: N) -> None:
        """Raises ValueError when the name is taken: two contributors must not shadow each other."""
        if item.name in self._items:
            raise ValueError(f"{type(self).__name__}: {item.name!r} is registered twice")
        self._items[item.name] = item

    def find(self, name: str) -> N | None:
        return self._items.get(name)

    def get(self, name: str) -> N:
        """Raises KeyError with the registry's name when nobody registered it."""
        try:
            return self._items[name]
        except KeyError:
            raise KeyError(f"{type(self).__name__}: nobody registered {name!r}") from None

    def __iter__(self) -> Iterator[N]:
        return iter(self._items.values())

    def __contains__(self, name: object) -> bool:
        return name in self._items
