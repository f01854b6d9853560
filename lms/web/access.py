"""Who may open which page: every view names one permission, and the gate before it asks for just that one.

The gate asks whether the person holds the permission *somewhere*; whether it covers this course run or this
participant is the use case's question (`by.must(…, scope)`), since only it knows the thing.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from flask import Flask, current_app, g, request

from lms.errors import Forbidden, SignInNeeded

PUBLIC = "public"
SIGNED_IN = "signed_in"
_MARK = "lms_needs"

F = TypeVar("F", bound=Callable[..., Any])


class Visitor(Protocol):
    """What the web must know of the person before it."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def display_name(self) -> str: ...
    @property
    def locale(self) -> str | None: ...
    @property
    def zone(self) -> str | None: ...
    def may(self, permission: str, *scopes: UUID) -> bool: ...


VisitorLoader = Callable[[], Visitor | None]


def needs(permission: str) -> Callable[[F], F]:
    """Name the permission that opens this view; `PUBLIC` and `SIGNED_IN` are held by everyone and everyone known."""

    def mark(view: F) -> F:
        setattr(view, _MARK, permission)
        return view

    return mark


def is_static(endpoint: str | None) -> bool:
    """Whether this is where files of the program come from."""
    return endpoint is not None and endpoint.rpartition(".")[2] == "static"


def needed(app: Flask, endpoint: str) -> str | None:
    """The permission that a view named, or None when it forgot to. Static files are public."""
    if is_static(endpoint):
        return PUBLIC
    view = app.view_functions[endpoint]
    return cast("str | None", getattr(view, _MARK, None))


def check_views(app: Flask, known: set[str]) -> None:
    """Raise RuntimeError at start-up for a view without a permission or with an unknown one."""
    wrong = [
        f"{endpoint}: {needed(app, endpoint)!r}"
        for endpoint in app.view_functions
        if needed(app, endpoint) not in known | {PUBLIC, SIGNED_IN}
    ]
    if wrong:
        raise RuntimeError(f"views without a known permission: {', '.join(sorted(wrong))}")


def init_access(app: Flask, load: VisitorLoader) -> None:
    """Put the gate before every view. `load` finds the visitor by the request's cookie."""
    app.extensions["lms.visitor"] = load
    app.before_request(_gate)


def find_visitor() -> Visitor | None:
    """The person of this request, if any; looked up once."""
    if "visitor" not in g:
        load = cast(VisitorLoader, current_app.extensions["lms.visitor"])
        g.visitor = load()
    return cast("Visitor | None", g.visitor)


def ask_no_more() -> None:
    """The rest of this request asks the database nothing: it is away, or something broke. Who was found stays found."""
    g.asks_no_more = True
    if "visitor" not in g:
        g.visitor = None


def may_ask() -> bool:
    """Whether what is not needed for the answer itself may still be looked up."""
    return not g.get("asks_no_more")


def frame_visitor() -> Visitor | None:
    """The person for whom what stands around a page is looked up; None where nothing may be (see `ask_no_more`)."""
    return find_visitor() if request.endpoint and may_ask() else None


def get_visitor() -> Visitor:
    """The person of this request. Raises SignInNeeded."""
    visitor = find_visitor()
    if visitor is None:
        raise SignInNeeded
    return visitor


def _gate() -> None:
    if request.endpoint is None:
        return
    permission = needed(current_app, request.endpoint)
    if permission == PUBLIC:
        return
    visitor = get_visitor()
    if permission != SIGNED_IN and (permission is None or not visitor.may(permission)):
        raise Forbidden
