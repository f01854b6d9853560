"""`?run=CODE`: one certain run of a course, where the plain address means another one to this person.

Whoever opened a page so stays in that run: links and forms of the page to the same course carry the code on.
"""

from typing import Any

from flask import Flask, has_request_context, request

from lms.courses.resolving import PARAMETER, at_run


def asked_run() -> str:
    """The code that the address names, or ""."""
    return request.args.get(PARAMETER, "")[:80]


def stay_in_run(url: str) -> str:
    """An address that was not made by `url_for`, of a page of the course that is open now."""
    return at_run(url, asked_run())


def init_run_links(app: Flask) -> None:
    """Let `url_for` carry the code on."""
    app.url_defaults(_carry_on)


def _carry_on(_endpoint: str, values: dict[str, Any]) -> None:
    if PARAMETER in values or not has_request_context():
        return
    here = (request.view_args or {}).get("slug")
    if here is not None and values.get("slug") == here and asked_run():
        values[PARAMETER] = asked_run()
